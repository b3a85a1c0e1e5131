-- Records that wait, although the service has answered them by an event of type $3.
WITH released AS (
    DELETE FROM held
     WHERE topic = $1
       AND for_topic = $2
       AND EXISTS (
               SELECT
                 FROM announced
                WHERE cause = convert_from(held.value, 'UTF8')::json ->> 'id'
                  AND type = $3)
    RETURNING *)
SELECT topic, partition, "offset", key, value, headers, at, clock_timestamp() AS now
  FROM released
 ORDER BY id;
