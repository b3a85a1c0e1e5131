SELECT COALESCE(program, 'not_decided') AS program,
       COALESCE(wait_reason, 'not_stated') AS reason,
       count(*) AS count,
       min(waiting_since) AS since,
       max(opens_at) AS opens_at
  FROM requests
 WHERE accepted_at IS NOT NULL
   AND status = 'waiting'
 GROUP BY 1, 2
 ORDER BY 1, 2;
