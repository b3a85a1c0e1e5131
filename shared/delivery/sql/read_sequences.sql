SELECT topic, subject, last
  FROM sequences
  JOIN unnest($1::text[], $2::text[]) AS asked (topic, subject)
 USING (topic, subject);
