SELECT count(*) AS count,
       COALESCE(status, 'accepted') AS status,
       lane,
       CASE status WHEN 'waiting' THEN wait_reason END AS why,
       min(CASE status WHEN 'waiting' THEN waiting_since
                       WHEN 'referred' THEN referred_at
                       ELSE COALESCE(triaged_at, accepted_at) END) AS since
  FROM requests
 WHERE COALESCE(status, 'accepted') IN ('accepted', 'triaged', 'waiting', 'referred')
 GROUP BY 2, 3, 4
 ORDER BY since;
