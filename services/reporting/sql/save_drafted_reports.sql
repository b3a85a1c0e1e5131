INSERT INTO drafted_reports (engagement_id, report_id, content)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::text[])
 ORDER BY 1, 2
    ON CONFLICT (engagement_id, report_id) DO UPDATE
   SET content = excluded.content;
