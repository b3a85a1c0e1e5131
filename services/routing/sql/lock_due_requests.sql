-- Requests whose clock ran out before $1. Who is locked is being decided about: next time.
SELECT tracking_number, request_id::text, participant, status, facts, need_stated, traceparent, program,
       lane, queue_number, queued, fresh, waits_for, published, decided, last_event::text,
       offer_state, offer_expires_at, offer_declaration::text, offer_entry, due_clock, due_at,
       due_cause::text, recorded, offered
  FROM requests
 WHERE due_at <= $1::timestamptz
   AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
 ORDER BY due_at
 LIMIT $2::integer
   FOR UPDATE SKIP LOCKED;
