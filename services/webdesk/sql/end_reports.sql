UPDATE reports
   SET until  = least(reports.until, given.at),
       number = given.number,
       ended  = given.number
  FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
    AS given (engagement_id, report_id, stage, at, number)
 WHERE reports.engagement_id = given.engagement_id
   AND reports.report_id = given.report_id
   AND reports.stage = given.stage
   AND reports.number < given.number;
