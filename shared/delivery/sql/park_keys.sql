INSERT INTO parked_keys (key, reason, topic, partition, "offset")
SELECT key, reason, topic, partition, "offset"
  FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[])
       AS failed (key, reason, topic, partition, "offset")
 ORDER BY key
    ON CONFLICT (key) DO NOTHING;
