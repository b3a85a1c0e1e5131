SELECT topic, partition, cluster_id, next_offset, refused_because
  FROM checkpoints;
