SELECT volume.unit, volume.name, volume.count::bigint AS count
  FROM (
           SELECT sum(offers) AS made, sum(declines) AS declined, sum(lapses) AS lapsed,
                  count(assigned_at) AS opened, count(closed_at) AS closed,
                  sum(clocks_missed) AS missed
             FROM requests
            WHERE accepted_at IS NOT NULL
       ) AS total
 CROSS JOIN LATERAL (
           VALUES ('offers', 'made', COALESCE(total.made, 0)),
                  ('offers', 'declined', COALESCE(total.declined, 0)),
                  ('offers', 'lapsed', COALESCE(total.lapsed, 0)),
                  ('engagements', 'opened', total.opened),
                  ('engagements', 'closed', total.closed),
                  ('clocks', 'missed', COALESCE(total.missed, 0))
       ) AS volume (unit, name, count)
 UNION ALL
SELECT 'offers', 'declined: ' || COALESCE(detail, 'no reason'), count(*)
  FROM timeline
 WHERE type = 'offer_declined'
 GROUP BY detail
 ORDER BY 1, 2;
