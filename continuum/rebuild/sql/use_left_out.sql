INSERT INTO rebuild.left_out (topic, partition, "offset", given_up)
SELECT topic, partition, "offset", given_up
  FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::boolean[])
       AS record (topic, partition, "offset", given_up);
