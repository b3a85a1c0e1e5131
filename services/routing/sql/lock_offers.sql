-- Requests with an open offer of one of the providers $1, or in one of the programs $2; locked ones are
-- left for the next time. The time is read after each lock.
SELECT locked.request, clock_timestamp() AS at
  FROM (SELECT to_request_row_2(requests) AS request
          FROM requests
         WHERE status = 'offered'
           AND (offered[cardinality(offered)] = ANY ($1::text[]) OR program = ANY ($2::text[]))
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY queue_number
         LIMIT $3::integer
           FOR UPDATE SKIP LOCKED) AS locked;
