SELECT engagement_id, report_id, stage, version, hash, until
  FROM reports
 WHERE tracking_number = $1
 ORDER BY until DESC, engagement_id, report_id, stage;
