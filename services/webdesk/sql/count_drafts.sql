SELECT state, count(*)
  FROM drafts
 GROUP BY state;
