-- Requests whose clock ran out more than $1 seconds ago. Who is locked is being decided about: next
-- time. The clock is read behind each lock, so that no event is older than the one that led to it.
SELECT locked.request, clock_timestamp() AS at
  FROM (SELECT request_row_1(requests) AS request
          FROM requests
         WHERE due_at <= statement_timestamp() - make_interval(secs => $1::double precision)
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY due_at
         LIMIT $2::integer
           FOR UPDATE SKIP LOCKED) AS locked;
