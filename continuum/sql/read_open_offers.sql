SELECT count(*) AS count, provider, min(since) AS since, min(expires_at) AS expires_at
  FROM requests
 WHERE status = 'offered'
   AND provider IS NOT NULL
 GROUP BY provider
 ORDER BY min(expires_at);
