-- Requests that the matcher has no work on, oldest first.
SELECT tracking_number, status
  FROM requests
 WHERE NOT queued OR NOT fresh
 ORDER BY queue_number;
