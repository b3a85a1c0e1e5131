-- All that tells whether there is work, in one round trip; one row without a lane if there are none.
-- Whether anybody is there is asked as "the first place", which an index answers however large
-- the table is; EXISTS may be answered by reading all of it.
SELECT EXISTS (SELECT FROM capacity_changes) AS changes,
       (SELECT coalesce(max(number), 0) FROM catalog) AS version,
       clock_timestamp() AS at,
       lane, program, basis, swept_to,
       (SELECT queue_number
          FROM requests
         WHERE requests.lane = lanes.lane AND queued AND fresh
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY queue_number
         LIMIT 1) IS NOT NULL AS fresh,
       (SELECT queue_number
          FROM requests
         WHERE requests.lane = lanes.lane AND queued
         ORDER BY queue_number
         LIMIT 1) IS NOT NULL AS queued
  FROM (VALUES (1)) AS once
  LEFT JOIN lanes ON true
 ORDER BY lane;
