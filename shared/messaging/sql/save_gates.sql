-- Returns those that had a row: only for them can a record be waiting, as whoever holds a record
-- makes the row that it waits for.
WITH saved AS (
    INSERT INTO gates (topic, subject, last)
    SELECT topic, subject, last
      FROM unnest($1::text[], $2::text[], $3::bigint[]) AS taken (topic, subject, last)
     ORDER BY topic, subject
        ON CONFLICT (topic, subject) DO UPDATE
       SET last = excluded.last
    RETURNING topic, subject, last, xmax <> 0 AS was_there
)
SELECT topic, subject, last
  FROM saved
 WHERE was_there;
