-- Messages that were written more than $1 seconds ago and are not on their topic.
SELECT topic, envelope::text AS envelope,
       CASE WHEN reason IS NULL THEN 'waits for the relay' ELSE 'Kafka does not take it: ' || reason END AS why
  FROM unsent_without_contents
 WHERE since < now() - make_interval(secs => $1);
