-- Locked in key order, so that overlapping batches queue up instead of deadlocking.
SELECT tracking_number, request_id, participant, facts, published, confided, ended
  FROM requests
 WHERE tracking_number = ANY ($1::text[])
 ORDER BY tracking_number
   FOR UPDATE;
