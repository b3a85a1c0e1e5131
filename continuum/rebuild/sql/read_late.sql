SELECT tracking_number, clock, status, due_at, misses, next_at, cause::text
  FROM public.late_clocks;
