-- Leaves out rows whose checkpoint has moved past the record: they are outdated.
SELECT known.topic, known.partition, known."offset", known.reason, known.error, known.since
  FROM blocked_partitions AS known
  LEFT JOIN checkpoints AS stands
    ON stands.topic = known.topic
   AND stands.partition = known.partition
 WHERE COALESCE(stands.next_offset, 0) <= known."offset"
 ORDER BY known.since;
