-- Requests whose clock ran out by $1; locked ones are left for the next time. The
-- time is read after each lock, so that no event is older than the one that caused it.
SELECT locked.request, clock_timestamp() AS at
  FROM (SELECT to_request_row_2(requests) AS request
          FROM requests
         WHERE due_at <= $1::timestamptz
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY due_at
         LIMIT $2::integer
           FOR UPDATE SKIP LOCKED) AS locked;
