-- The sweep has ended when nobody is left behind the last place looked at.
UPDATE lanes
   SET basis    = $2::text,
       swept_to = CASE
                      WHEN EXISTS (SELECT
                                     FROM requests
                                    WHERE lane = $1::text AND queued AND queue_number > $3::bigint
                                      AND NOT EXISTS (SELECT
                                                        FROM parked_keys
                                                       WHERE key = tracking_number))
                      THEN $3::bigint
                  END
 WHERE lane = $1::text;
