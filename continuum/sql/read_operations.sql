SELECT id, topic, partition, "offset", outcome, detail
  FROM operations
 WHERE id = ANY ($1::bigint[])
 ORDER BY id;
