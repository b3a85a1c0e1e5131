INSERT INTO capacities (provider)
SELECT provider
  FROM unnest($1::text[]) AS wanted (provider)
 ORDER BY provider
    ON CONFLICT (provider) DO NOTHING;
