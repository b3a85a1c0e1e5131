SELECT topic, partition, cluster_id, next_offset
  FROM checkpoints;
