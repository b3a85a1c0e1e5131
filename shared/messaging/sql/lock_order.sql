SELECT id, action, by, again, topic, partition, "offset"
  FROM operations
 WHERE outcome IS NULL
 ORDER BY id
 LIMIT 1
   FOR UPDATE SKIP LOCKED;
