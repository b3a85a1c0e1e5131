-- The compare of the compare-and-set: rows that another owner has moved on do not come back.
SELECT held.topic, held.partition, held.failures, held.stopped_by, held.lost, clock_timestamp() AS at
  FROM checkpoints AS held
  JOIN unnest($1::text[], $2::integer[], $3::bigint[]) AS step (topic, partition, next_offset)
    ON held.topic = step.topic
   AND held.partition = step.partition
   AND held.next_offset = step.next_offset
 ORDER BY held.topic, held.partition
   FOR UPDATE OF held;
