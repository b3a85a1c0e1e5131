-- Writes the results of decisions; each parameter may be empty. Updated rows of requests, capacities
-- and sequences are locked already. Candidates' facts are stored once for each version, with the
-- decisions based on them.
WITH created AS (
    INSERT INTO requests (tracking_number, request_id, participant, status, facts, need_stated,
                          traceparent, program, lane, queue_number, queued, fresh, waits_for, published,
                          decided, last_event, offer_state, offer_expires_at, offer_declaration,
                          offer_entry, due_clock, due_at, due_cause, recorded, past, waits_until,
                          affected, offered, due_left)
    SELECT tracking_number, request_id::uuid, participant, status, facts, need_stated, traceparent,
           program, lane, queue_number, queued, fresh, waits_for, published, decided, last_event::uuid,
           offer_state, offer_expires_at, offer_declaration::uuid, offer_entry, due_clock, due_at,
           due_cause::uuid, recorded, past, waits_until, affected,
           offered, due_left
      FROM unnest($5::request_row_2[])
     ORDER BY tracking_number
),
changed AS (
    UPDATE requests
       SET status            = after.status,
           facts             = after.facts,
           need_stated       = after.need_stated,
           program           = after.program,
           lane              = after.lane,
           queue_number      = after.queue_number,
           queued            = after.queued,
           fresh             = after.fresh,
           waits_for         = after.waits_for,
           published         = after.published,
           decided           = after.decided,
           last_event        = after.last_event::uuid,
           offer_state       = after.offer_state,
           offer_expires_at  = after.offer_expires_at,
           offer_declaration = after.offer_declaration::uuid,
           offer_entry       = after.offer_entry,
           due_clock         = after.due_clock,
           due_at            = after.due_at,
           due_cause         = after.due_cause::uuid,
           recorded          = after.recorded,
           past              = after.past,
           waits_until       = after.waits_until,
           affected          = after.affected,
           offered           = after.offered,
           due_left          = after.due_left
      FROM unnest($6::request_row_2[]) AS after
     WHERE requests.tracking_number = after.tracking_number
),
counted AS (
    UPDATE capacities
       SET declaration = after.declaration::uuid,
           valid_until = after.valid_until,
           entries     = after.entries,
           free        = after.free,
           load        = after.load,
           last_offer  = after.last_offer
      FROM unnest($7::capacity_row[]) AS after
     WHERE capacities.provider = after.provider
),
used AS (
    INSERT INTO panels (hash, body)
    SELECT hash, body
      FROM unnest($8::panel_row[])
     ORDER BY hash
        ON CONFLICT (hash) DO NOTHING
),
decided AS (
    INSERT INTO decisions (tracking_number, number, id, at, hash, record)
    SELECT tracking_number, number, id::uuid, at, hash, record
      FROM unnest($9::decision_row[])
),
appended AS (
    INSERT INTO capacity_changes (provider, declaration, valid_until, entries, entry, free, load)
    SELECT provider, declaration::uuid, valid_until, entries, entry, free, load
      FROM unnest($10::capacity_change_row[]) WITH ORDINALITY AS change (
               provider, declaration, valid_until, entries, entry, free, load, place)
     ORDER BY place
),
numbered AS (
    UPDATE sequences
       SET last = taken.last
      FROM unnest($11::number_row[]) AS taken
     WHERE sequences.topic = taken.topic
       AND sequences.subject = taken.subject
),
swept AS (
    -- The sweep has ended if no request has a higher queue number. (The query for the next queue
    -- number uses an index.)
    UPDATE lanes
       SET basis    = after.basis,
           swept_to = CASE
                          WHEN (SELECT queue_number
                                  FROM requests
                                 WHERE requests.lane = after.lane
                                   AND queued
                                   AND queue_number > after.swept_to
                                   AND NOT EXISTS (
                                       SELECT FROM parked_keys WHERE key = tracking_number)
                                 ORDER BY queue_number
                                 LIMIT 1) IS NOT NULL
                          THEN after.swept_to
                      END
      FROM unnest($12::lane_sweep[]) AS after
     WHERE lanes.lane = after.lane
),
announced AS (
    INSERT INTO late_clocks (tracking_number, clock, status, due_at, misses, next_at, cause)
    SELECT tracking_number, clock, status, due_at, misses, next_at, cause::uuid
      FROM unnest($13::late_clock_row[])
     WHERE next_at IS NOT NULL
     ORDER BY tracking_number, clock
        ON CONFLICT (tracking_number, clock) DO UPDATE
       SET status  = excluded.status,
           due_at  = excluded.due_at,
           misses  = excluded.misses,
           next_at = excluded.next_at,
           cause   = excluded.cause
),
stopped AS (
    DELETE FROM late_clocks
     USING unnest($13::late_clock_row[]) AS gone
     WHERE gone.next_at IS NULL
       AND late_clocks.tracking_number = gone.tracking_number
       AND late_clocks.clock = gone.clock
)
SELECT *
  FROM settle_round_2($1::outbox_row[], $2::checkpoint_step[], $3::gate_step[], $4::count_row[]);
