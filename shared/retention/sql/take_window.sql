-- The next of the windows $1 to sweep, locked: its time has come, or somebody has asked since it was
-- swept. One that another process sweeps is left out.
SELECT what, now() AS now
  FROM retention_windows
 WHERE what = ANY ($1::text[])
   AND (next_at <= now() OR swept_at < (SELECT max(asked_at) FROM retention_orders))
 ORDER BY next_at, what
 LIMIT 1
   FOR UPDATE SKIP LOCKED;
