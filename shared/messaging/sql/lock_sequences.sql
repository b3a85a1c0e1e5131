SELECT topic, subject, last
  FROM sequences
 WHERE (topic, subject) IN (SELECT * FROM unnest($1::text[], $2::text[]))
 ORDER BY topic, subject
   FOR UPDATE;
