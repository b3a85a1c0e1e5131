DELETE FROM parked
 WHERE parking_key = $1
RETURNING id, topic, partition, "offset", key, value, headers, at;
