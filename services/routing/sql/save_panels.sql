INSERT INTO panels (hash, body)
SELECT hash, body
  FROM unnest($1::bytea[], $2::text[]) AS used (hash, body)
 ORDER BY hash
    ON CONFLICT (hash) DO NOTHING;
