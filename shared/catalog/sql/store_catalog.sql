INSERT INTO catalog (number, kind, id, body)
SELECT number, kind, id, body::jsonb
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS entry (number, kind, id, body)
 ORDER BY number;
