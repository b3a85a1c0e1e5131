SELECT tracking_number, request_id::text, participant, status, facts, need_stated, traceparent, program,
       lane, queue_number, queued, fresh, waits_for, published, decided, last_event::text,
       offer_state, offer_expires_at, offer_declaration::text, offer_entry, due_clock, due_at,
       due_cause::text, recorded, past, waits_until, affected, offered, due_left
  FROM public.requests;
