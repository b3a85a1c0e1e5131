SELECT topic, partition, cluster_id, next_offset, stopped_by, refused_because
  FROM checkpoints
 WHERE (topic, partition) IN (SELECT * FROM unnest($1::text[], $2::integer[]));
