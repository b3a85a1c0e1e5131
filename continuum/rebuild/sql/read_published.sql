-- What the service has published of its own: the last number of each subject, and what is not on
-- the topic, or not yet.
SELECT subject, last, NULL::bytea AS value
  FROM sequences
 WHERE topic = $1
 UNION ALL
SELECT NULL, NULL, value
  FROM outbox
 WHERE topic = $1
 UNION ALL
SELECT NULL, NULL, value
  FROM set_aside
 WHERE topic = $1;
