-- One order at a time. Another process may just have settled it, so is_settled asks again once the
-- checkpoints are locked.
SELECT id, action, by, again, topic, partition, "offset"
  FROM operations
 WHERE action <> 'resume'
   AND outcome IS NULL
 ORDER BY id
 LIMIT 1
   FOR UPDATE SKIP LOCKED;
