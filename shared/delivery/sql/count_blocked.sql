-- A checkpoint that has moved past the record, in whatever process, makes its row untrue.
SELECT known.topic, count(*) AS partitions
  FROM blocked_partitions AS known
  LEFT JOIN checkpoints AS held
    ON held.topic = known.topic
   AND held.partition = known.partition
 WHERE coalesce(held.next_offset, 0) <= known."offset"
 GROUP BY known.topic;
