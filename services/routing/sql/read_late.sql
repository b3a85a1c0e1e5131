-- The late clocks of the requests $1, which are locked.
SELECT tracking_number, clock, status, due_at, misses, next_at, cause::text
  FROM late_clocks
 WHERE tracking_number = ANY ($1::text[]);
