INSERT INTO corrections (month, number, corrected_at, body)
SELECT month, number, corrected_at, body::jsonb
  FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[])
       AS correction (month, number, corrected_at, body)
 ORDER BY month, number
    ON CONFLICT (month, number) DO NOTHING;
