INSERT INTO reports (engagement_id, report_id, stage, tracking_number, version, hash, until, number)
SELECT given.engagement_id, given.report_id, given.stage, given.tracking_number, given.version, given.hash, given.until,
       given.number
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::timestamptz[],
              $8::bigint[])
    AS given (engagement_id, report_id, stage, tracking_number, version, hash, until, number)
  JOIN requests USING (tracking_number)
 ORDER BY given.engagement_id, given.report_id, given.stage
    ON CONFLICT (engagement_id, report_id, stage) DO UPDATE
   SET version = excluded.version,
       hash    = excluded.hash,
       until   = excluded.until,
       number  = excluded.number
 WHERE reports.number < excluded.number;
