-- Deletes what was sent and reads what is then the oldest. No cursor: a row that was committed late
-- is simply read late.
WITH sent AS (
    DELETE FROM outbox
     WHERE id = ANY ($1::bigint[]))
SELECT id, event_id, topic, key, value, headers, type, subject, correlation, cause, inreplyto
  FROM outbox
 WHERE id <> ALL ($1::bigint[])
 ORDER BY id
 LIMIT $2::integer;
