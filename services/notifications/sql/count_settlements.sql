SELECT how, count(*)
  FROM settlements
 GROUP BY how;
