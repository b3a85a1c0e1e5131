WITH taken AS (
    DELETE FROM outbox
     WHERE id = $1
    RETURNING id, event_id, topic, key, value, headers
)
INSERT INTO set_aside (id, event_id, topic, key, value, headers, reason)
SELECT id, event_id, topic, key, value, headers, $2
  FROM taken;
