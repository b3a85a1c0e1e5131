-- $6: how long it lasts; $7: how soon a text comes.
SELECT message_id, version, state, report, reasons, started_at <= now() - $7::interval AS is_late
  FROM readings
 WHERE id_hash = $1
   AND reference = $2
   AND engagement_id = $3
   AND report_id = $4
   AND stage = $5
   AND started_at > now() - $6::interval;
