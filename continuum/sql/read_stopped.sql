SELECT topic, partition, next_offset, stopped_by
  FROM checkpoints
 WHERE stopped_by IS NOT NULL
 ORDER BY topic, partition;
