-- In the lock order of batches: no batch of the service runs meanwhile.
SELECT topic, partition
  FROM public.checkpoints
 ORDER BY topic, partition
   FOR UPDATE;
