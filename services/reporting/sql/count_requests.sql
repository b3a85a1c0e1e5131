-- Counts accepted requests only: routing's events may arrive before the acceptance.
SELECT part.breakdown, part.value, count(*) AS count
  FROM requests
 CROSS JOIN LATERAL (
           VALUES ('all', 'all'),
                  ('status', COALESCE(status, 'accepted')),
                  ('program', COALESCE(program, 'not_decided')),
                  ('lane', COALESCE(lane, 'not_decided')),
                  ('cri_type', cri_type),
                  ('agency_class', agency_class),
                  ('sworn_band', COALESCE(sworn_band, 'not_stated')),
                  ('us_state', us_state)
       ) AS part (breakdown, value)
 WHERE accepted_at IS NOT NULL
 GROUP BY part.breakdown, part.value
 ORDER BY part.breakdown, part.value;
