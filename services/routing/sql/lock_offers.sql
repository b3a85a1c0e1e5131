-- Requests with an open offer of one of the providers $1, or in one of the programs $2; locked ones are
-- left for the next time. The time is read after each lock. They are looked up by index, so that open
-- offers of all others are not read: OFFSET 0 keeps each lookup apart, and BETWEEN makes the planner
-- expect few rows whatever the statistics say.
SELECT locked.request, clock_timestamp() AS at
  FROM (SELECT to_request_row_2(requests) AS request
          FROM requests
         WHERE tracking_number IN (
               SELECT found.tracking_number
                 FROM unnest($1::text[]) AS gone (provider),
                      LATERAL (SELECT tracking_number
                                 FROM requests
                                WHERE status = 'offered'
                                  AND offered[cardinality(offered)] BETWEEN provider AND provider
                               OFFSET 0) AS found
                UNION
               SELECT found.tracking_number
                 FROM unnest($2::text[]) AS gone (name),
                      LATERAL (SELECT tracking_number
                                 FROM requests
                                WHERE status = 'offered' AND program BETWEEN name AND name
                               OFFSET 0) AS found)
           AND status = 'offered'
           AND (offered[cardinality(offered)] = ANY ($1::text[]) OR program = ANY ($2::text[]))
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY queue_number
         LIMIT $3::integer
           FOR UPDATE OF requests SKIP LOCKED) AS locked;
