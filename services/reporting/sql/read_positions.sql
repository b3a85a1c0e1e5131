SELECT topic, partition, next_offset
  FROM checkpoints;
