-- All that have come to rest for now, the oldest first.
SELECT tracking_number, status
  FROM requests
 WHERE NOT queued OR NOT fresh
 ORDER BY queue_number;
