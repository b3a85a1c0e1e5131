-- A cheap check before locking: the earliest opening that is not announced yet.
SELECT now() AS at, min(opens_at) AS opens_at
  FROM programs
 WHERE status = 'announced'
   AND NOT opening_told;
