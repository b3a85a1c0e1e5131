-- Late clocks as they now are; those of $8 and $9 are late no more.
WITH ended AS (
    DELETE FROM late_clocks
     USING unnest($8::text[], $9::text[]) AS gone (tracking_number, clock)
     WHERE late_clocks.tracking_number = gone.tracking_number
       AND late_clocks.clock = gone.clock)
INSERT INTO late_clocks (tracking_number, clock, status, due_at, misses, next_at, cause)
SELECT tracking_number, clock, status, due_at, misses, next_at, cause::uuid
  FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[],
              $6::timestamptz[], $7::text[])
       AS late (tracking_number, clock, status, due_at, misses, next_at, cause)
    ON CONFLICT (tracking_number, clock) DO UPDATE
   SET status  = excluded.status,
       due_at  = excluded.due_at,
       misses  = excluded.misses,
       next_at = excluded.next_at,
       cause   = excluded.cause;
