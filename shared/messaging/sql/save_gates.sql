INSERT INTO gates (topic, subject, last)
SELECT topic, subject, last
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS taken (topic, subject, last)
 ORDER BY topic, subject
    ON CONFLICT (topic, subject) DO UPDATE
   SET last = excluded.last;
