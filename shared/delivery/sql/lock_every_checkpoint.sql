-- In the order in which batches lock them. Meanwhile no process of this service takes in a batch.
SELECT topic, partition
  FROM checkpoints
 ORDER BY topic, partition
   FOR UPDATE;
