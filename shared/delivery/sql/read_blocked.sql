-- A row no longer counts once any process has moved the checkpoint past its record.
SELECT known.topic, known.partition, known."offset", known.reason, known.error,
       extract(epoch FROM now() - known.since)::float8 AS seconds
  FROM blocked_partitions AS known
  LEFT JOIN checkpoints AS held
    ON held.topic = known.topic
   AND held.partition = known.partition
 WHERE coalesce(held.next_offset, 0) <= known."offset";
