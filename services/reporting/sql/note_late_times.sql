-- The times $1 of events that came late, and those before $3 at which the requests $2 reached a state: the
-- length of a step also depends on when it began. The first and the last one of a UTC month are enough.
INSERT INTO late_times (at, because)
SELECT unnest(ARRAY[min(at), max(at)]), $4
  FROM (
           SELECT unnest($1::timestamptz[]) AS at
            UNION ALL
           SELECT moment.at
             FROM requests
            CROSS JOIN LATERAL (
                      VALUES (submitted_at), (accepted_at), (triaged_at), (waiting_since),
                             (referred_at), (first_offer_at), (assigned_at), (started_at),
                             (delivered_at), (closed_at), (ineligible_at), (withdrawn_at)
                  ) AS moment (at)
            WHERE tracking_number = ANY ($2::text[])
              AND moment.at < $3::timestamptz
       ) AS known
 GROUP BY date_trunc('month', at, 'UTC');
