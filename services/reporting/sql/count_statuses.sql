-- Scans the whole table; its caller then pauses for many times as long as this took.
SELECT COALESCE(status, 'accepted') AS status, count(*) AS requests
  FROM requests
 WHERE accepted_at IS NOT NULL
 GROUP BY 1;
