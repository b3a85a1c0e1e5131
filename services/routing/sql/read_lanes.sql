-- Whether anybody is there is asked as "the first place", which an index answers however large
-- the table is; EXISTS may be answered by reading all of it.
SELECT lane, program, basis, swept_to,
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
  FROM lanes
 ORDER BY lane;
