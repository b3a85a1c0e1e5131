-- Agencies with which the first engagement of a request began in a period, by every breakdown.
SELECT part.breakdown, part.value, count(DISTINCT agency) AS count
  FROM requests
 CROSS JOIN LATERAL (
           VALUES ('cri_type', COALESCE(cri_type, 'not_stated')),
                  ('agency_class', COALESCE(agency_class, 'not_stated')),
                  ('sworn_band', COALESCE(sworn_band, 'not_stated')),
                  ('size', CASE WHEN sworn_band IN ('0', '1-9', '10-49') THEN 'under_50'
                                WHEN sworn_band IS NULL THEN 'not_stated'
                                ELSE '50_and_more'
                           END),
                  ('us_state', COALESCE(us_state, 'not_stated'))
       ) AS part (breakdown, value)
 WHERE accepted_at IS NOT NULL
   AND assigned_at >= $1::timestamptz
   AND assigned_at < $2::timestamptz
 GROUP BY part.breakdown, part.value
 ORDER BY part.breakdown, part.value;
