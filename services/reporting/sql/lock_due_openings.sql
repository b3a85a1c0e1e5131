-- By Postgres's clock. A row that the consumer has locked is left for the next call.
SELECT program, name, status, opens_at, summary, defined_by, correlation_id, changed_at,
       opening_told, now() AS at
  FROM programs
 WHERE status = 'announced'
   AND opens_at <= now()
   AND NOT opening_told
 ORDER BY program
   FOR UPDATE SKIP LOCKED;
