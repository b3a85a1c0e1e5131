-- Locked in the order of batches: no batch of this service, in whatever process, runs beside.
SELECT topic, partition
  FROM checkpoints
 ORDER BY topic, partition
   FOR UPDATE;
