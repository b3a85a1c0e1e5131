-- No cursor: a row that was committed late is simply read late.
SELECT id, event_id, topic, key, value, headers
  FROM outbox
 ORDER BY id
 LIMIT $1;
