-- Subjects that have no row of their own to count on; a tracking number has its request. The id of an
-- engagement begins with one, has a part more, and no row.
INSERT INTO sequences (topic, subject, last)
SELECT topic, subject, max(number)
  FROM announced
 WHERE subject NOT LIKE 'CRI-%'
    OR subject LIKE 'CRI-%-%-%-%'
 GROUP BY topic, subject
 ORDER BY topic, subject
    ON CONFLICT (topic, subject) DO UPDATE
   SET last = greatest(sequences.last, excluded.last);
