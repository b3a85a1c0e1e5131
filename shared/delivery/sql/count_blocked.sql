-- A row no longer counts once any process has moved the checkpoint past its record.
SELECT known.topic, count(*) AS partitions
  FROM blocked_partitions AS known
  LEFT JOIN checkpoints AS held
    ON held.topic = known.topic
   AND held.partition = known.partition
 WHERE coalesce(held.next_offset, 0) <= known."offset"
 GROUP BY known.topic;
