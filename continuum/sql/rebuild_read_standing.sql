SELECT topic, partition, first_offset, next_offset, lost
  FROM checkpoints
 WHERE next_offset > first_offset
 ORDER BY topic, partition;
