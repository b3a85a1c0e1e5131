-- Deletes the rows that were sent and reads the oldest of the others. There is no cursor, so a row
-- that commits late is only read late.
WITH sent AS (
    DELETE FROM outbox
     WHERE id = ANY ($1::bigint[]))
SELECT id, event_id, topic, key, value, headers, type, subject, correlation, cause, inreplyto
  FROM outbox
 WHERE id <> ALL ($1::bigint[])
 ORDER BY id
 LIMIT $2::integer;
