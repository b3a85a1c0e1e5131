WITH released AS (
    DELETE FROM held
     WHERE id IN (
               SELECT id
                 FROM held
                WHERE topic = $1
                  AND for_topic = $2
                  AND at < $3
                ORDER BY id
                LIMIT $4)
    RETURNING *)
SELECT topic, partition, "offset", key, value, headers, at, clock_timestamp() AS now
  FROM released
 ORDER BY id;
