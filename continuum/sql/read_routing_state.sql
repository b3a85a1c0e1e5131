SELECT status, program, lane, queue_number, queued, waits_for, published, offer_state,
       offer_expires_at, due_clock, due_at, offered
  FROM requests
 WHERE tracking_number = $1;
