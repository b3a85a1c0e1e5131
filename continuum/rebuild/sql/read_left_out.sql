SELECT topic, partition, "offset", given_up
  FROM (SELECT topic, partition, "offset", false AS given_up FROM dead_letters
         UNION ALL
        SELECT topic, partition, "offset", false FROM parked
         UNION ALL
        SELECT topic, partition, "offset", false FROM held
         UNION ALL
        SELECT DISTINCT topic, partition, "offset", true
          FROM operations
          JOIN operation_outcomes AS settled ON settled.operation = operations.id
         WHERE settled.outcome = 'discarded') AS record
 WHERE topic = ANY ($1::text[]);
