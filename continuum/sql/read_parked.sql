SELECT parked_keys.key, parked_keys.reason, parked_keys.topic, parked_keys.partition,
       parked_keys."offset", parked_keys.parked_at, count(parked.id) AS waiting
  FROM parked_keys
  LEFT JOIN parked ON parked.parking_key = parked_keys.key
 GROUP BY parked_keys.key
 ORDER BY parked_keys.parked_at;
