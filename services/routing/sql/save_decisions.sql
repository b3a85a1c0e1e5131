-- The candidates' facts once for each version, with the decisions made from them.
WITH used AS (
    INSERT INTO panels (hash, body)
    SELECT hash, body
      FROM unnest($7::bytea[], $8::text[]) AS used (hash, body)
     ORDER BY hash
        ON CONFLICT (hash) DO NOTHING)
INSERT INTO decisions (tracking_number, number, id, at, hash, record)
SELECT tracking_number, number, id, at, hash, record
  FROM unnest($1::text[], $2::integer[], $3::uuid[], $4::timestamptz[], $5::bytea[], $6::text[])
    AS made (tracking_number, number, id, at, hash, record);
