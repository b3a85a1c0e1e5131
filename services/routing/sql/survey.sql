-- All inputs to tell whether there is work, in one round trip; one row without a lane if there are
-- no lanes. Whether a lane has requests is asked as "the first queue number", which always uses an
-- index; for EXISTS, Postgres may scan the whole table.
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
