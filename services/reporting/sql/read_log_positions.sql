SELECT topic, partition, next_offset
  FROM checkpoints
 WHERE next_offset > first_offset
   AND topic = ANY ($1::text[])
 ORDER BY topic, partition;
