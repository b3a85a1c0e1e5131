INSERT INTO left_over (topic, subject)
SELECT DISTINCT topic, subject
  FROM unnest($1::text[], $2::text[]) AS put_back (topic, subject)
 ORDER BY topic, subject
    ON CONFLICT (topic, subject) DO NOTHING;
