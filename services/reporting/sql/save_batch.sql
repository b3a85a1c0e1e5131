-- Merges each change like project.merge: LATEST columns take the new value, FIRST columns keep the
-- old one, COUNTED columns add up. No row has to be read first. A list of codes comes joined by commas,
-- because lists of different lengths do not fit into one array.
WITH appended AS (
    INSERT INTO timeline (
               tracking_number, topic, sequence, type, at, status, provider, detail, event_id,
               clock, due_at)
    SELECT tracking_number, topic, sequence, type, at, status, provider, detail, event_id, clock,
           due_at
      FROM unnest($33::timeline_row_2[])
)
INSERT INTO requests AS held (
    tracking_number, cri_type, agency_class, us_state, sworn_band, first_contact_on, topics,
    service_forms, goals, status, program, lane, wait_reason, opens_at, close_reason, agency,
    submitted_at, accepted_at, triaged_at, waiting_since, referred_at, first_offer_at, assigned_at,
    started_at, delivered_at, closed_at, ineligible_at, withdrawn_at, offers, declines, lapses,
    clocks_missed
)
SELECT tracking_number, cri_type, agency_class, us_state, sworn_band, first_contact_on,
       string_to_array(topics, ','), string_to_array(service_forms, ','),
       string_to_array(goals, ','), status, program, lane, wait_reason, opens_at, close_reason,
       agency, submitted_at, accepted_at, triaged_at, waiting_since, referred_at, first_offer_at,
       assigned_at, started_at, delivered_at, closed_at, ineligible_at, withdrawn_at,
       COALESCE(offers, 0), COALESCE(declines, 0), COALESCE(lapses, 0), COALESCE(clocks_missed, 0)
  FROM unnest(
           $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[],
           $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
           $14::timestamptz[], $15::text[], $16::text[], $17::timestamptz[], $18::timestamptz[],
           $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::timestamptz[],
           $23::timestamptz[], $24::timestamptz[], $25::timestamptz[], $26::timestamptz[],
           $27::timestamptz[], $28::timestamptz[], $29::integer[], $30::integer[], $31::integer[],
           $32::integer[]
       ) AS change (
           tracking_number, cri_type, agency_class, us_state, sworn_band, first_contact_on, topics,
           service_forms, goals, status, program, lane, wait_reason, opens_at, close_reason, agency,
           submitted_at, accepted_at, triaged_at, waiting_since, referred_at, first_offer_at,
           assigned_at, started_at, delivered_at, closed_at, ineligible_at, withdrawn_at, offers,
           declines, lapses, clocks_missed
       )
 ORDER BY tracking_number
    ON CONFLICT (tracking_number) DO UPDATE
   SET cri_type         = COALESCE(excluded.cri_type, held.cri_type),
       agency_class     = COALESCE(excluded.agency_class, held.agency_class),
       us_state         = COALESCE(excluded.us_state, held.us_state),
       sworn_band       = COALESCE(excluded.sworn_band, held.sworn_band),
       first_contact_on = COALESCE(excluded.first_contact_on, held.first_contact_on),
       topics           = COALESCE(excluded.topics, held.topics),
       service_forms    = COALESCE(excluded.service_forms, held.service_forms),
       goals            = COALESCE(excluded.goals, held.goals),
       status           = COALESCE(excluded.status, held.status),
       program          = COALESCE(excluded.program, held.program),
       lane             = COALESCE(excluded.lane, held.lane),
       wait_reason      = COALESCE(excluded.wait_reason, held.wait_reason),
       opens_at         = COALESCE(excluded.opens_at, held.opens_at),
       close_reason     = COALESCE(excluded.close_reason, held.close_reason),
       agency           = COALESCE(excluded.agency, held.agency),
       submitted_at     = COALESCE(held.submitted_at, excluded.submitted_at),
       accepted_at      = COALESCE(held.accepted_at, excluded.accepted_at),
       triaged_at       = COALESCE(held.triaged_at, excluded.triaged_at),
       waiting_since    = COALESCE(held.waiting_since, excluded.waiting_since),
       referred_at      = COALESCE(held.referred_at, excluded.referred_at),
       first_offer_at   = COALESCE(held.first_offer_at, excluded.first_offer_at),
       assigned_at      = COALESCE(held.assigned_at, excluded.assigned_at),
       started_at       = COALESCE(held.started_at, excluded.started_at),
       delivered_at     = COALESCE(held.delivered_at, excluded.delivered_at),
       closed_at        = COALESCE(held.closed_at, excluded.closed_at),
       ineligible_at    = COALESCE(held.ineligible_at, excluded.ineligible_at),
       withdrawn_at     = COALESCE(held.withdrawn_at, excluded.withdrawn_at),
       offers           = held.offers + excluded.offers,
       declines         = held.declines + excluded.declines,
       lapses           = held.lapses + excluded.lapses,
       clocks_missed    = held.clocks_missed + excluded.clocks_missed;
