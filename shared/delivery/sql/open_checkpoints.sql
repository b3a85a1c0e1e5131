INSERT INTO checkpoints (topic, partition, cluster_id, first_offset, next_offset)
SELECT topic, partition, $3, beginning, beginning
  FROM unnest($1::text[], $2::integer[], $4::bigint[]) AS new (topic, partition, beginning)
 ORDER BY topic, partition
    ON CONFLICT (topic, partition) DO NOTHING;
