-- The next requests, after the one that the sweep has reached, with a clock that runs or is late, and
-- their last decision; without parked ones. The time is read after each lock.
SELECT locked.request, locked.since, locked.record, locked.clock, locked.status, locked.due_at,
       locked.misses, locked.next_at, locked.cause, clock_timestamp() AS at
  FROM (SELECT to_request_row_2(requests) AS request, decisions.at AS since, decisions.record,
               late.clock, late.status, late.due_at, late.misses, late.next_at,
               late.cause::text AS cause
          FROM calendar_sweep AS sweep
          JOIN requests
            ON requests.tracking_number > sweep.swept_to
          JOIN decisions
            ON decisions.tracking_number = requests.tracking_number
           AND decisions.number = requests.decided
          LEFT JOIN late_clocks AS late
            ON late.tracking_number = requests.tracking_number
           AND late.clock = 'triage.' || coalesce(split_part(requests.lane, '.', 2), 'standard')
           AND late.misses > 0
         WHERE (requests.due_at IS NOT NULL OR late.clock IS NOT NULL)
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = requests.tracking_number)
         ORDER BY requests.tracking_number
         LIMIT $1::integer
           FOR UPDATE OF sweep, requests) AS locked;
