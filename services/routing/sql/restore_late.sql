-- After a restore: the late clocks that the events published after the dump announce, each as its
-- last event says. Those that were stopped since are deleted when they are next due.
INSERT INTO late_clocks (tracking_number, clock, status, due_at, misses, next_at, cause)
SELECT DISTINCT ON (subject, clock)
       subject, clock, status, due_at::timestamptz, coalesce(n::integer, 1), next_at::timestamptz,
       id::uuid
  FROM announced
 CROSS JOIN LATERAL json_to_record(convert_from(value, 'UTF8')::json -> 'data')
       AS data (clock text, status text, due_at text, n text, next_at text)
 WHERE type IN ('gov.cri.routing.clock_missed.v1', 'gov.cri.routing.clock_still_missed.v1')
   AND next_at IS NOT NULL
 ORDER BY subject, clock, number DESC
    ON CONFLICT (tracking_number, clock) DO UPDATE
   SET status  = excluded.status,
       due_at  = excluded.due_at,
       misses  = excluded.misses,
       next_at = excluded.next_at,
       cause   = excluded.cause;
