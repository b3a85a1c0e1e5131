SELECT program, name, status, opens_at, summary, defined_by, correlation_id, changed_at,
       opening_told, now() AS at
  FROM programs
 ORDER BY program;
