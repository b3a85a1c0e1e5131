-- Durations, in seconds, of the stages that ended in a period. The first contact is a date, so stages from it
-- count whole days in the agency's time zone.
-- An event of 0.1.0 may name an invalid state, or a first contact in the future.
SELECT stage.name AS stage,
       part.breakdown,
       part.value,
       count(*) AS count,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY stage.seconds) AS p50,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY stage.seconds) AS p90
  FROM requests
  LEFT JOIN unnest($1::text[], $2::text[]) AS place (state, zone) ON place.state = us_state
 CROSS JOIN LATERAL (
           VALUES ('first_contact_to_submission',
                   GREATEST((submitted_at AT TIME ZONE COALESCE(place.zone, 'UTC'))::date
                            - first_contact_on, 0)
                   * 86400::double precision, submitted_at),
                  ('submission_to_acknowledgement',
                   EXTRACT(EPOCH FROM accepted_at - submitted_at)::double precision,
                   accepted_at),
                  ('acknowledgement_to_triage',
                   EXTRACT(EPOCH FROM triaged_at - accepted_at)::double precision,
                   triaged_at),
                  ('triage_to_offer',
                   EXTRACT(EPOCH FROM first_offer_at - triaged_at)::double precision,
                   first_offer_at),
                  ('offer_to_acceptance',
                   EXTRACT(EPOCH FROM assigned_at - first_offer_at)::double precision,
                   assigned_at),
                  ('acceptance_to_delivery',
                   EXTRACT(EPOCH FROM delivered_at - assigned_at)::double precision,
                   delivered_at),
                  ('delivery_to_close',
                   EXTRACT(EPOCH FROM closed_at - delivered_at)::double precision,
                   closed_at),
                  ('submission_to_acceptance',
                   EXTRACT(EPOCH FROM assigned_at - submitted_at)::double precision,
                   assigned_at),
                  ('submission_to_close',
                   EXTRACT(EPOCH FROM closed_at - submitted_at)::double precision,
                   closed_at),
                  ('first_contact_to_acceptance',
                   GREATEST((assigned_at AT TIME ZONE COALESCE(place.zone, 'UTC'))::date
                            - first_contact_on, 0)
                   * 86400::double precision, assigned_at),
                  ('first_contact_to_close',
                   GREATEST((closed_at AT TIME ZONE COALESCE(place.zone, 'UTC'))::date
                            - first_contact_on, 0)
                   * 86400::double precision, closed_at)
       ) AS stage (name, seconds, ended_at)
 CROSS JOIN LATERAL (
           VALUES ('all', 'all'),
                  ('program', COALESCE(program, 'not_decided')),
                  ('lane', COALESCE(lane, 'not_decided')),
                  ('cri_type', cri_type),
                  ('agency_class', agency_class),
                  ('us_state', us_state)
       ) AS part (breakdown, value)
 WHERE accepted_at IS NOT NULL
   AND stage.seconds IS NOT NULL
   AND stage.ended_at >= COALESCE($3::timestamptz, '-infinity')
   AND stage.ended_at < COALESCE($4::timestamptz, 'infinity')
   AND part.breakdown = ANY ($5::text[])
 GROUP BY stage.name, part.breakdown, part.value
 ORDER BY stage.name, part.breakdown, part.value;
