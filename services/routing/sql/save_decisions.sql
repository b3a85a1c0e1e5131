INSERT INTO decisions (tracking_number, number, id, at, hash, record)
SELECT tracking_number, number, id, at, hash, record
  FROM unnest($1::text[], $2::integer[], $3::uuid[], $4::timestamptz[], $5::bytea[], $6::text[])
    AS decided (tracking_number, number, id, at, hash, record);
