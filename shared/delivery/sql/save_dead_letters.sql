-- A record that is read again from its topic may fail again; then its last failure is kept.
INSERT INTO dead_letters (
    topic, partition, "offset", key, value, headers, at, reason, error, parking_key, failed_at, answered
)
SELECT topic, partition, "offset", key, value, headers, at, reason, error, parking_key, $11, answered
  FROM unnest(
           $1::text[], $2::integer[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[],
           $7::timestamptz[], $8::text[], $9::text[], $10::text[], $12::boolean[]
       ) AS failed (
           topic, partition, "offset", key, value, headers, at, reason, error, parking_key, answered
       )
 ORDER BY topic, partition, "offset"
    ON CONFLICT (topic, partition, "offset") DO UPDATE
   SET key         = excluded.key,
       value       = excluded.value,
       headers     = excluded.headers,
       at          = excluded.at,
       reason      = excluded.reason,
       error       = excluded.error,
       parking_key = excluded.parking_key,
       failed_at   = excluded.failed_at,
       answered    = excluded.answered;
