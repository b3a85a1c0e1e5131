-- Reads the whole table: whoever calls it rests many times as long as it took.
SELECT COALESCE(status, 'accepted') AS status, count(*) AS requests
  FROM requests
 WHERE accepted_at IS NOT NULL
 GROUP BY 1;
