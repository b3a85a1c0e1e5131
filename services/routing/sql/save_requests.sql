UPDATE requests
   SET status            = decided.status,
       facts             = decided.facts,
       need_stated       = decided.need_stated,
       program           = decided.program,
       lane              = decided.lane,
       queue_number      = decided.queue_number,
       queued            = decided.queued,
       fresh             = decided.fresh,
       waits_for         = decided.waits_for,
       published         = decided.published,
       decided           = decided.decided,
       last_event        = decided.last_event,
       offer_state       = decided.offer_state,
       offer_expires_at  = decided.offer_expires_at,
       offer_declaration = decided.offer_declaration,
       offer_entry       = decided.offer_entry,
       due_clock         = decided.due_clock,
       due_at            = decided.due_at,
       due_cause         = decided.due_cause,
       offered           = decided.offered::text[]
  FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[],
              $7::bigint[], $8::boolean[], $9::boolean[], $10::text[], $11::bigint[],
              $12::integer[], $13::uuid[], $14::text[], $15::timestamptz[], $16::uuid[],
              $17::integer[], $18::text[], $19::timestamptz[], $20::uuid[], $21::text[])
    AS decided (
       tracking_number, status, facts, need_stated, program, lane, queue_number, queued, fresh,
       waits_for, published, decided, last_event, offer_state, offer_expires_at,
       offer_declaration, offer_entry, due_clock, due_at, due_cause, offered)
 WHERE requests.tracking_number = decided.tracking_number;
