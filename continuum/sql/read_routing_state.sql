-- With the place in its lane while it is queued: all lanes share one sequence of queue numbers. And with the
-- clock that is still late, if there is one (`stands` in services/routing/life/late.py).
SELECT requests.status, program, lane, queue_number,
       CASE
           WHEN queued
           THEN (SELECT count(*)
                   FROM requests AS ahead
                  WHERE ahead.queued
                    AND ahead.lane = requests.lane
                    AND ahead.queue_number <= requests.queue_number)
       END AS place,
       waits_for, published, offer_state, offer_expires_at, due_clock, requests.due_at, offered,
       late.clock AS late_clock, late.due_at AS late_since, late.misses, late.next_at
  FROM requests
  LEFT JOIN late_clocks AS late
    ON late.tracking_number = requests.tracking_number
   AND late.misses > 0
   AND late.status = requests.status
   AND requests.due_clock IS NULL
 WHERE requests.tracking_number = $1;
