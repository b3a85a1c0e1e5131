-- In the order of batches: no batch of the service runs while these are held.
SELECT topic, partition
  FROM public.checkpoints
 ORDER BY topic, partition
   FOR UPDATE;
