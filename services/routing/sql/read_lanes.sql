SELECT lane, program, basis, swept_to,
       EXISTS (SELECT
                 FROM requests
                WHERE requests.lane = lanes.lane AND queued AND fresh
                  AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)) AS fresh,
       EXISTS (SELECT FROM requests WHERE requests.lane = lanes.lane AND queued) AS queued
  FROM lanes
 ORDER BY lane;
