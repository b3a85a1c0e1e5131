-- A request has at most one running clock of its own (a partial index has these requests). Missed clocks
-- stay in late_clocks until they are acted on, by the same conditions as `stands` in
-- services/routing/life/late.py (a test compares them). $4 is the clock of silence; while work is stopped,
-- `affected` ends in $5. $6 is the clock that runs beside a request's own, as long as `affected` ends in $7
-- or begins with one of the causes $8. The business clock shows $2 at the real time $1, and runs $3 times
-- as fast as real time.
WITH running AS (
    SELECT due_clock AS clock, count(*) AS running,
           count(*) FILTER (
               WHERE due_at < $2::timestamptz + (now() - $1::timestamptz) * $3::integer) AS overdue
      FROM requests
     WHERE due_at IS NOT NULL
     GROUP BY due_clock),
missed AS (
    SELECT late.clock, count(*) AS missed
      FROM late_clocks AS late
      JOIN requests
     USING (tracking_number)
     WHERE late.misses > 0
       AND CASE late.clock
               WHEN $6::text THEN requests.affected LIKE '%' || $7::text
                    OR split_part(requests.affected, ' ', 1) = ANY ($8::text[])
               ELSE requests.due_clock IS NULL AND requests.status = late.status
                    AND (late.clock <> $4::text OR requests.affected IS NULL
                         OR requests.affected NOT LIKE '%' || $5::text)
           END
     GROUP BY late.clock)
SELECT clock, coalesce(running, 0) AS running, coalesce(overdue, 0) + coalesce(missed, 0) AS overdue
  FROM running
  FULL JOIN missed
 USING (clock);
