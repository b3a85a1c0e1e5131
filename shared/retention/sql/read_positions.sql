SELECT topic, partition, next_offset
  FROM checkpoints
 WHERE topic = ANY ($1::text[]);
