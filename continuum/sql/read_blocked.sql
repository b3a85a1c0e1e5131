-- Leaves out rows whose checkpoint has moved past the record: they are outdated.
SELECT known.topic, known.partition, known."offset", known.reason, known.error, known.since
  FROM blocked_partitions AS known
  LEFT JOIN checkpoints AS position
    ON position.topic = known.topic
   AND position.partition = known.partition
 WHERE COALESCE(position.next_offset, 0) <= known."offset"
 ORDER BY known.since;
