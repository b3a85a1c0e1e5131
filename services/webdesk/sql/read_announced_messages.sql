SELECT value
  FROM announced
 WHERE topic = $1;
