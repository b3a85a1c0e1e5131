-- Nobody else counts on these subjects meanwhile: a participant's under the checkpoint of its one
-- topic, those of reference data under the lock they were read with.
INSERT INTO sequences (topic, subject, last)
SELECT topic, subject, last
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS given (topic, subject, last)
 ORDER BY topic, subject
    ON CONFLICT (topic, subject) DO UPDATE
   SET last = excluded.last;
