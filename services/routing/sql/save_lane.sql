-- The sweep has ended when nobody is left behind the last place looked at. (Asked as "the next
-- place", which an index answers.)
UPDATE lanes
   SET basis    = $2::text,
       swept_to = CASE
                      WHEN (SELECT queue_number
                              FROM requests
                             WHERE lane = $1::text AND queued AND queue_number > $3::bigint
                               AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
                             ORDER BY queue_number
                             LIMIT 1) IS NOT NULL
                      THEN $3::bigint
                  END
 WHERE lane = $1::text;
