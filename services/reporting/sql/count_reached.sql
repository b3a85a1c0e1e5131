-- Requests by the states that they first reached in a period.
SELECT state.name, count(*) AS count
  FROM requests
 CROSS JOIN LATERAL (
           VALUES ('accepted', accepted_at),
                  ('triaged', triaged_at),
                  ('waiting', waiting_since),
                  ('offered', first_offer_at),
                  ('assigned', assigned_at),
                  ('in_delivery', started_at),
                  ('delivered', delivered_at),
                  ('closed', closed_at),
                  ('ineligible', ineligible_at),
                  ('referred', referred_at),
                  ('withdrawn', withdrawn_at)
       ) AS state (name, at)
 WHERE accepted_at IS NOT NULL
   AND state.at >= $1::timestamptz
   AND state.at < $2::timestamptz
 GROUP BY state.name
 ORDER BY state.name;
