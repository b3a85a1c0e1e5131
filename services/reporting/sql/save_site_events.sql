INSERT INTO site_events (slug, number, value)
SELECT slug, number, value::jsonb
  FROM unnest($1::text[], $2::bigint[], $3::text[]) AS event (slug, number, value)
 ORDER BY slug, number
    ON CONFLICT (slug, number) DO NOTHING;
