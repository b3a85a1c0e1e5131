-- The next requests of a lane: fresh ones, and those after the queue number that the sweep has
-- reached, without parked ones. Locked in key order; the time is read after each lock, so that no
-- event is older than the one that caused it.
SELECT locked.request, clock_timestamp() AS at
  FROM (SELECT request_row_1(requests) AS request
            FROM requests
           WHERE queued
             AND tracking_number IN (
                 SELECT tracking_number
                   FROM ((SELECT tracking_number, queue_number
                            FROM requests
                           WHERE lane = $1::text AND queued AND fresh
                             AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
                           ORDER BY queue_number
                           LIMIT $3::integer)
                          UNION
                         (SELECT tracking_number, queue_number
                            FROM requests
                           WHERE lane = $1::text AND queued AND queue_number > $2::bigint
                             AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
                           ORDER BY queue_number
                           LIMIT $3::integer)) AS candidates
                  ORDER BY queue_number
                  LIMIT $3::integer)
           ORDER BY tracking_number
             FOR UPDATE) AS locked;
