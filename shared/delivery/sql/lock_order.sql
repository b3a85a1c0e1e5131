-- One order at a time. Its row is locked and never changed, so what another process settled while this
-- one waited is asked again, by is_settled, with the checkpoints locked.
SELECT id, action, by, again, topic, partition, "offset"
  FROM operations
 WHERE action <> 'resume'
   AND outcome IS NULL
 ORDER BY id
 LIMIT 1
   FOR UPDATE SKIP LOCKED;
