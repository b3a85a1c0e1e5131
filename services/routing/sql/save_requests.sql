INSERT INTO requests AS held (
       tracking_number, request_id, participant, status, facts, need_stated, traceparent, program,
       lane, queue_number, queued, fresh, waits_for, published, decided, last_event,
       offer_state, offer_expires_at, offer_declaration, offer_entry, due_clock, due_at,
       due_cause, offered)
SELECT tracking_number, request_id, participant, status, facts, need_stated, traceparent, program,
       lane, queue_number, queued, fresh, waits_for, published, decided, last_event,
       offer_state, offer_expires_at, offer_declaration, offer_entry, due_clock, due_at,
       due_cause, offered::text[]
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[],
              $7::text[], $8::text[], $9::text[], $10::bigint[], $11::boolean[], $12::boolean[],
              $13::text[], $14::bigint[], $15::integer[], $16::uuid[], $17::text[],
              $18::timestamptz[], $19::uuid[], $20::integer[], $21::text[], $22::timestamptz[],
              $23::uuid[], $24::text[])
    AS decided (
       tracking_number, request_id, participant, status, facts, need_stated, traceparent, program,
       lane, queue_number, queued, fresh, waits_for, published, decided, last_event,
       offer_state, offer_expires_at, offer_declaration, offer_entry, due_clock, due_at,
       due_cause, offered)
 ORDER BY tracking_number
    ON CONFLICT (tracking_number) DO UPDATE
   SET status            = excluded.status,
       facts             = excluded.facts,
       need_stated       = excluded.need_stated,
       program           = excluded.program,
       lane              = excluded.lane,
       queue_number      = excluded.queue_number,
       queued            = excluded.queued,
       fresh             = excluded.fresh,
       waits_for         = excluded.waits_for,
       published         = excluded.published,
       decided           = excluded.decided,
       last_event        = excluded.last_event,
       offer_state       = excluded.offer_state,
       offer_expires_at  = excluded.offer_expires_at,
       offer_declaration = excluded.offer_declaration,
       offer_entry       = excluded.offer_entry,
       due_clock         = excluded.due_clock,
       due_at            = excluded.due_at,
       due_cause         = excluded.due_cause,
       offered           = excluded.offered;
