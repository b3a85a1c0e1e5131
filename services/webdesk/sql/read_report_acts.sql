SELECT message_id, version, sent_at, state, reasons
  FROM report_acts
 WHERE reference = $1
   AND engagement_id = $2
   AND report_id = $3
   AND stage = $4
 ORDER BY sent_at, message_id;
