DELETE FROM readings
 WHERE reference = $1
   AND engagement_id = $2
   AND report_id = $3
   AND stage = $4;
