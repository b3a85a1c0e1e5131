SELECT value
  FROM announced
 WHERE topic = $1
 ORDER BY subject, number;
