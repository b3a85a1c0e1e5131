-- Clocks to be announced by $1 (reminders and misses), with their requests, locked; those that others
-- have locked are left for the next time. The time is read after each lock.
SELECT locked.request, locked.clock, locked.status, locked.due_at, locked.misses, locked.next_at,
       locked.cause, clock_timestamp() AS at
  FROM (SELECT to_request_row_2(requests) AS request, late.clock, late.status, late.due_at,
               late.misses, late.next_at, late.cause::text AS cause
          FROM late_clocks AS late
          JOIN requests USING (tracking_number)
         WHERE late.next_at <= $1::timestamptz
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = late.tracking_number)
         ORDER BY late.next_at
         LIMIT $2::integer
           FOR UPDATE OF requests, late SKIP LOCKED) AS locked;
