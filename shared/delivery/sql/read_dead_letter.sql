SELECT topic, partition, "offset", key, value, headers, at, reason, error, parking_key,
       answered, clock_timestamp() AS now
  FROM dead_letters
 WHERE topic = $1
   AND partition = $2
   AND "offset" = $3;
