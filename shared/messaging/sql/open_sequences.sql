INSERT INTO sequences (topic, subject, last)
SELECT topic, subject, 0
  FROM unnest($1::text[], $2::text[]) AS wanted (topic, subject)
 ORDER BY topic, subject
    ON CONFLICT (topic, subject) DO NOTHING;
