-- Under a lock that is held until the commit: a transaction that sees a number sees all lower ones.
-- Inserts missing lanes.
WITH numbering AS MATERIALIZED (SELECT pg_advisory_xact_lock($1::bigint)),
     opened AS (
         INSERT INTO lanes (lane, program)
         SELECT lane, program
           FROM unnest($3::text[], $4::text[]) AS wanted (lane, program)
          ORDER BY lane
             ON CONFLICT (lane) DO NOTHING)
SELECT nextval('queue_numbers')
  FROM numbering, generate_series(1, $2::integer);
