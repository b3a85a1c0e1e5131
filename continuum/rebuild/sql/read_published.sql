-- The service's last number of each subject on one of its topics, and the messages that are not on
-- that topic (yet).
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
