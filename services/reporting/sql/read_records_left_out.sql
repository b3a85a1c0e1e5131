-- Records before the checkpoints that are in no table: dead, parked behind a dead one, or early.
SELECT topic || '/' || partition || '/' || "offset" AS place
  FROM (SELECT topic, partition, "offset" FROM dead_letters
         UNION
        SELECT topic, partition, "offset" FROM parked
         UNION
        SELECT topic, partition, "offset" FROM held) AS record
 WHERE topic = ANY ($1::text[])
 ORDER BY topic, partition, "offset";
