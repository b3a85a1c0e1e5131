SELECT count(*)
  FROM reach
 WHERE NOT is_reached;
