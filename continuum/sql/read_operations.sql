SELECT id, topic, partition, "offset", settled.outcome, settled.detail
  FROM operations
  LEFT JOIN operation_outcomes AS settled ON settled.operation = operations.id
 WHERE id = ANY ($1::bigint[])
 ORDER BY id;
