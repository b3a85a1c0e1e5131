-- A process that holds a record and one that moves its gate both lock this row. Otherwise neither
-- might see what the other wrote, and the record would never be released.
WITH stubs AS (
    INSERT INTO gates (topic, subject, last)
    SELECT DISTINCT topic, subject, 0
      FROM unnest($1::text[], $2::text[]) AS wanted (topic, subject)
     ORDER BY topic, subject
        ON CONFLICT (topic, subject) DO NOTHING
    RETURNING topic, subject
)
SELECT count(*)
  FROM stubs;
