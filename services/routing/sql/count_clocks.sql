-- A request has at most one clock. Uses the partial index of requests with a running clock.
SELECT due_clock, count(*) AS running, count(*) FILTER (WHERE due_at < now()) AS overdue
  FROM requests
 WHERE due_at IS NOT NULL
 GROUP BY due_clock;
