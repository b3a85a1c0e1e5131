SELECT what, setting, kept, has_ends, is_copy, gone_before, swept_at, next_at, erased, now() AS now
  FROM retention_windows
 ORDER BY what;
