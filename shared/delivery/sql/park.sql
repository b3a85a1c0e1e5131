INSERT INTO parked (parking_key, topic, partition, "offset", key, value, headers, at)
SELECT parking_key, topic, partition, "offset", key, value, headers, at
  FROM unnest(
           $1::text[], $2::text[], $3::integer[], $4::bigint[], $5::bytea[], $6::bytea[],
           $7::bytea[], $8::timestamptz[]
       ) WITH ORDINALITY AS record (
           parking_key, topic, partition, "offset", key, value, headers, at, place
       )
 ORDER BY place;
