SELECT topic, partition, next_offset, stopped_by, refused_because
  FROM checkpoints
 WHERE stopped_by IS NOT NULL
    OR refused_because IS NOT NULL
 ORDER BY topic, partition;
