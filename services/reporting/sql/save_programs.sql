INSERT INTO programs (
    program, name, status, opens_at, summary, defined_by, correlation_id, changed_at, opening_told
)
SELECT *
  FROM unnest(
           $1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::uuid[],
           $7::text[], $8::timestamptz[], $9::boolean[]
       ) AS defined (program)
 ORDER BY program
    ON CONFLICT (program) DO UPDATE
   SET name           = excluded.name,
       status         = excluded.status,
       opens_at       = excluded.opens_at,
       summary        = excluded.summary,
       defined_by     = excluded.defined_by,
       correlation_id = excluded.correlation_id,
       changed_at     = excluded.changed_at,
       opening_told   = excluded.opening_told;
