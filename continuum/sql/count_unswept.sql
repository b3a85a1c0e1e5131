-- The windows that were not swept since $1, but for those with a fixed time, which no order is about.
SELECT count(*)
  FROM retention_windows
 WHERE setting IS NOT NULL
   AND (swept_at IS NULL OR swept_at < $1);
