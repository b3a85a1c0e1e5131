SELECT engagement_id, report_id, stage, version, hash, until, coalesce(ended = number, false) AS has_ended
  FROM reports
 WHERE tracking_number = $1
 ORDER BY until DESC, engagement_id, report_id, stage;
