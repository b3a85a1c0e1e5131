-- Locks the next of the windows $1 to sweep: its time has come, or an operator has asked for a sweep since
-- the last one. Windows that another process sweeps are skipped.
SELECT what, now() AS now
  FROM retention_windows
 WHERE what = ANY ($1::text[])
   AND (next_at <= now() OR swept_at < (SELECT max(asked_at) FROM retention_orders))
 ORDER BY next_at, what
 LIMIT 1
   FOR UPDATE SKIP LOCKED;
