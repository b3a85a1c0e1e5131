DELETE FROM blocked_partitions AS known
 USING unnest($1::text[], $2::integer[], $3::bigint[]) AS moved (topic, partition, next_offset)
 WHERE known.topic = moved.topic
   AND known.partition = moved.partition
   AND known."offset" < moved.next_offset;
