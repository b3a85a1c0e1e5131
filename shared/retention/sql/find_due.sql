-- At most $10 rows that have been kept long enough.
SELECT key
  FROM kept_long_enough_1($1, $2, $3, $4, $5, $6, $7, $8, $9)
 WHERE earliest <= $2
 LIMIT $10;
