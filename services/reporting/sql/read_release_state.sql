-- The last month that is released; before the first release, when the first request was accepted.
SELECT clock_timestamp() AS at, last.month,
       CASE WHEN last.month IS NULL THEN (SELECT min(accepted_at) FROM requests) END AS first_at
  FROM (SELECT max(month) AS month FROM releases) AS last;
