-- Messages that are not on their topic though they were written so many seconds ago.
SELECT topic, value, 'waits for the relay' AS why
  FROM outbox
 WHERE appended_at < now() - make_interval(secs => $1)
 UNION ALL
SELECT topic, value, 'Kafka does not take it: ' || reason
  FROM set_aside
 WHERE set_aside_at < now() - make_interval(secs => $1);
