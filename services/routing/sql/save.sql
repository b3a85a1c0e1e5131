-- All that decisions led to, whatever of it there is, in one round trip. The candidates' facts come
-- once for each version, with the decisions made from them.
WITH changed AS (
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
           recorded          = decided.recorded,
           offered           = decided.offered::text[]
      FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[],
                  $7::bigint[], $8::boolean[], $9::boolean[], $10::text[], $11::bigint[],
                  $12::integer[], $13::uuid[], $14::text[], $15::timestamptz[], $16::uuid[],
                  $17::integer[], $18::text[], $19::timestamptz[], $20::uuid[], $21::bigint[], $22::text[])
        AS decided (
           tracking_number, status, facts, need_stated, program, lane, queue_number, queued, fresh,
           waits_for, published, decided, last_event, offer_state, offer_expires_at,
           offer_declaration, offer_entry, due_clock, due_at, due_cause, recorded,
           offered)
     WHERE requests.tracking_number = decided.tracking_number),
counted AS (
    UPDATE capacities
       SET declaration   = decided.declaration,
           valid_until   = decided.valid_until,
           entries       = decided.entries,
           free          = decided.free::integer[],
           load          = decided.load,
           last_offer    = decided.last_offer
      FROM unnest($23::text[], $24::uuid[], $25::timestamptz[], $26::text[], $27::text[], $28::integer[],
                  $29::bigint[])
        AS decided (provider, declaration, valid_until, entries, free, load, last_offer)
     WHERE capacities.provider = decided.provider),
used AS (
    INSERT INTO panels (hash, body)
    SELECT hash, body
      FROM unnest($36::bytea[], $37::text[]) AS used (hash, body)
     ORDER BY hash
        ON CONFLICT (hash) DO NOTHING),
decided AS (
    INSERT INTO decisions (tracking_number, number, id, at, hash, record)
    SELECT tracking_number, number, id, at, hash, record
      FROM unnest($30::text[], $31::integer[], $32::uuid[], $33::timestamptz[], $34::bytea[], $35::text[])
        AS made (tracking_number, number, id, at, hash, record))
INSERT INTO outbox (
           event_id, topic, key, value, headers, type, subject, correlation, cause, inreplyto)
SELECT event_id, topic, key, value, headers, type, subject, correlation, cause, inreplyto
  FROM unnest($38::outbox_row[]) WITH ORDINALITY AS message (
           event_id, topic, key, value, headers, type, subject, correlation, cause, inreplyto, place)
 ORDER BY place;
