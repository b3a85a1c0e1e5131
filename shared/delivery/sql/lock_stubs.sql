-- A stub that holder and taker both lock, or a wake-up is lost between their two transactions.
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
