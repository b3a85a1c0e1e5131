-- The windows that were not swept since $1. Orders do not concern windows with a fixed time.
SELECT count(*)
  FROM retention_windows
 WHERE setting IS NOT NULL
   AND (swept_at IS NULL OR swept_at < $1);
