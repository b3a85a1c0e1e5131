SELECT engagement_id, report_id, content
  FROM drafted_reports
 WHERE engagement_id = ANY ($1::text[]);
