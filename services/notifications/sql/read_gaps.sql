SELECT topic, number
  FROM gaps
 ORDER BY topic, number;
