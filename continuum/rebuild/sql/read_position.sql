SELECT topic, partition, first_offset, next_offset, lost
  FROM checkpoints
 WHERE next_offset > first_offset
   AND topic = ANY ($1::text[])
 ORDER BY topic, partition;
