INSERT INTO lanes (lane, program)
SELECT lane, program
  FROM unnest($1::text[], $2::text[]) AS wanted (lane, program)
 ORDER BY lane
    ON CONFLICT (lane) DO NOTHING;
