SELECT program, lane, count(*) AS requests
  FROM cases
 WHERE status = 'waiting'
 GROUP BY program, lane
 ORDER BY requests DESC, program, lane;
