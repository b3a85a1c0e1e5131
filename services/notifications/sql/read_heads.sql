SELECT topic, subject, last
  FROM sequences
 WHERE topic LIKE 'cri.out.%'
   AND last > 0
 ORDER BY subject;
