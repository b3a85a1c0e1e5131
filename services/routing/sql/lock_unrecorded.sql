-- Requests whose published events do not give the complete state, without parked ones. The time is
-- read after each lock.
SELECT locked.request, clock_timestamp() AS at
  FROM (SELECT to_request_row_2(requests) AS request
          FROM requests
         WHERE recorded < published
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY tracking_number
         LIMIT $1::integer
           FOR UPDATE SKIP LOCKED) AS locked;
