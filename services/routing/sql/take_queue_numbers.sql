-- Under a lock that is kept until the commit: who sees a number sees all lower ones.
WITH numbering AS MATERIALIZED (SELECT pg_advisory_xact_lock($1::bigint))
SELECT nextval('queue_numbers')
  FROM numbering, generate_series(1, $2::integer);
