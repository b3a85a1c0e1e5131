SELECT topic, subject, last
  FROM sequences
 WHERE topic = ANY ($1::text[])
   AND last > 0
 ORDER BY topic, subject;
