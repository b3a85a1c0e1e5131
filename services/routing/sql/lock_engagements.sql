-- Requests whose work is with one of the providers $1, for the reason $2 beside it, and was not named
-- to the office for that; and those that were named while their provider takes part again. Locked ones
-- are left for the next time. The time is read after each lock.
SELECT locked.request, clock_timestamp() AS at
  FROM (SELECT to_request_row_2(requests) AS request
          FROM requests
         WHERE status IN ('assigned', 'in_delivery', 'delivered')
           AND (offered[cardinality(offered)] = ANY ($1::text[]) OR affected IS NOT NULL)
           AND affected IS DISTINCT FROM
               ($2::text[])[array_position($1::text[], offered[cardinality(offered)])]
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY tracking_number
         LIMIT $3::integer
           FOR UPDATE SKIP LOCKED) AS locked;
