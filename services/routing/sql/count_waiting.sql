-- By the partial index of the queues: what has ended costs nothing.
SELECT lane, count(*) AS requests
  FROM requests
 WHERE queued
 GROUP BY lane;
