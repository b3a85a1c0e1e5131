-- All that a round begins with. The compare of the compare-and-set: checkpoints that another owner
-- has moved on do not come back. Parked keys come under the empty topic, which no gate has.
WITH locked AS MATERIALIZED (
    SELECT held.topic, held.partition, held.failures, clock_timestamp() AS at
      FROM checkpoints AS held
      JOIN unnest($1::text[], $2::integer[], $3::bigint[]) AS step (topic, partition, next_offset)
        ON held.topic = step.topic
       AND held.partition = step.partition
       AND held.next_offset = step.next_offset
     ORDER BY held.topic, held.partition
       FOR UPDATE OF held)
SELECT topic, NULL AS subject, partition::bigint AS number, at, failures
  FROM locked
 UNION ALL
SELECT topic, subject, last, NULL, NULL
  FROM unnest($4::text[], $5::text[]) AS wanted (topic, subject)
  JOIN gates USING (topic, subject)
 UNION ALL
SELECT '', key, 0, NULL, NULL
  FROM parked_keys
 WHERE key = ANY ($6::text[]);
