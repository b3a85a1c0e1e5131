-- Only subjects without a row of their own that keeps the last number. A request keeps that of its
-- tracking number. An engagement's id, a tracking number plus one more part, has no such row.
INSERT INTO sequences (topic, subject, last)
SELECT topic, subject, max(number)
  FROM announced
 WHERE subject NOT LIKE 'CRI-%'
    OR subject LIKE 'CRI-%-%-%-%'
 GROUP BY topic, subject
 ORDER BY topic, subject
    ON CONFLICT (topic, subject) DO UPDATE
   SET last = greatest(sequences.last, excluded.last);
