-- Uses the partial index of queued requests, so ended requests cost nothing.
SELECT lane, count(*) AS requests
  FROM requests
 WHERE queued
 GROUP BY lane;
