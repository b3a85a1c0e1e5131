-- Requests with an engagement of one of the providers $1 or in one of the programs $3, unless it was
-- reported to the office for the same reason ($2 and $4 are the reasons, $5 the suffixes of the programs);
-- and those that were reported but whose provider and program take part again. Locked ones are left for
-- the next time. The time is read after each lock. They are looked up as in lock_offers.sql.
SELECT locked.request, clock_timestamp() AS at
  FROM (SELECT to_request_row_2(requests) AS request
          FROM requests
         WHERE tracking_number IN (
               SELECT found.tracking_number
                 FROM unnest($1::text[]) AS gone (provider),
                      LATERAL (SELECT tracking_number
                                 FROM requests
                                WHERE status IN ('assigned', 'in_delivery', 'delivered')
                                  AND offered[cardinality(offered)] BETWEEN provider AND provider
                               OFFSET 0) AS found
                UNION
               SELECT found.tracking_number
                 FROM unnest($3::text[]) AS gone (name),
                      LATERAL (SELECT tracking_number
                                 FROM requests
                                WHERE status IN ('assigned', 'in_delivery', 'delivered')
                                  AND program BETWEEN name AND name
                               OFFSET 0) AS found
                UNION
               SELECT tracking_number FROM requests WHERE affected IS NOT NULL)
           AND status IN ('assigned', 'in_delivery', 'delivered')
           AND affected IS DISTINCT FROM coalesce(
               ($2::text[])[array_position($1::text[], offered[cardinality(offered)])],
               ($4::text[])[array_position($3::text[], program)])
               || coalesce(($5::text[])[array_position($3::text[], program)], '')
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY tracking_number
         LIMIT $6::integer
           FOR UPDATE OF requests SKIP LOCKED) AS locked;
