SELECT tracking_number,
       COALESCE(status, 'accepted') AS status,
       lane,
       CASE status WHEN 'waiting' THEN wait_reason END AS why,
       CASE status WHEN 'waiting' THEN waiting_since
                   WHEN 'referred' THEN referred_at
                   ELSE COALESCE(triaged_at, accepted_at) END AS since
  FROM requests
 WHERE COALESCE(status, 'accepted') IN ('accepted', 'triaged', 'waiting', 'referred')
 ORDER BY lane NULLS FIRST, since, tracking_number
 LIMIT $1;
