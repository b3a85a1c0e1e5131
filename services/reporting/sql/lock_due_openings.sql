-- Programs that open by $1. A row that the consumer has locked is left for the next call.
SELECT program, name, status, opens_at, summary, defined_by, correlation_id, changed_at,
       opening_told, now() AS at
  FROM programs
 WHERE status = 'announced'
   AND opens_at <= $1::timestamptz
   AND NOT opening_told
 ORDER BY program
   FOR UPDATE SKIP LOCKED;
