INSERT INTO held (
    for_topic, for_subject, for_number, topic, partition, "offset", key, value, headers, at
)
SELECT for_topic, for_subject, for_number, topic, partition, "offset", key, value, headers, at
  FROM unnest(
           $1::text[], $2::text[], $3::bigint[], $4::text[], $5::integer[], $6::bigint[],
           $7::bytea[], $8::bytea[], $9::bytea[], $10::timestamptz[]
       ) WITH ORDINALITY AS record (
           for_topic, for_subject, for_number, topic, partition, "offset", key, value, headers,
           at, place
       )
 ORDER BY place;
