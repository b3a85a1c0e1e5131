-- Requests of which the log does not say the whole state. Nothing of a parked request changes.
SELECT tracking_number, request_id::text, participant, status, facts, need_stated, traceparent, program,
       lane, queue_number, queued, fresh, waits_for, published, decided, last_event::text,
       offer_state, offer_expires_at, offer_declaration::text, offer_entry, due_clock, due_at,
       due_cause::text, recorded, offered
  FROM requests
 WHERE recorded < published
   AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
 ORDER BY tracking_number
 LIMIT $1::integer
   FOR UPDATE SKIP LOCKED;
