SELECT topic, partition, next_offset
  FROM rebuild.progress;
