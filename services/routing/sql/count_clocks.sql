-- A request has at most one clock. Uses the partial index of requests with a running clock.
-- The business clock shows $2 at $1, and runs $3 times as fast as real time.
SELECT due_clock, count(*) AS running,
       count(*) FILTER (
           WHERE due_at < $2::timestamptz + (now() - $1::timestamptz) * $3::integer) AS overdue
  FROM requests
 WHERE due_at IS NOT NULL
 GROUP BY due_clock;
