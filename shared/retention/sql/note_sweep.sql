-- Notes that $2 rows of the kind $1, with ends up to $3, were erased. $4, if given, is the time until the
-- next sweep.
UPDATE retention_windows
   SET erased      = erased + $2,
       gone_before = $3,
       swept_at    = CASE WHEN $4::interval IS NULL THEN swept_at ELSE now() END,
       next_at     = CASE WHEN $4::interval IS NULL THEN next_at ELSE now() + $4 END
 WHERE what = $1;
