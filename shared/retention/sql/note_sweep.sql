-- Notes that $2 rows of the kind $1 were erased; with $4, the next sweep comes after that time.
UPDATE retention_windows
   SET erased      = erased + $2,
       gone_before = $3,
       swept_at    = CASE WHEN $4::interval IS NULL THEN swept_at ELSE now() END,
       next_at     = CASE WHEN $4::interval IS NULL THEN next_at ELSE now() + $4 END
 WHERE what = $1;
