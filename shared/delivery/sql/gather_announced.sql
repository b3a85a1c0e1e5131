-- An event may be on its topic more than once; the first one is kept.
INSERT INTO announced (topic, id, partition, "offset", type, subject, number, cause, at, value)
SELECT topic, id, partition, "offset", type, subject, number, cause, at, value
  FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::text[],
              $7::bigint[], $8::text[], $9::timestamptz[], $10::bytea[])
       AS event (topic, partition, "offset", id, type, subject, number, cause, at, value)
    ON CONFLICT (topic, id) DO NOTHING;
