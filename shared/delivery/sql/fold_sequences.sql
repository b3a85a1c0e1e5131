-- Subjects that have no row of their own to count on; a tracking number has its request.
INSERT INTO sequences (topic, subject, last)
SELECT topic, subject, max(number)
  FROM announced
 WHERE subject NOT LIKE 'CRI-%'
 GROUP BY topic, subject
 ORDER BY topic, subject
    ON CONFLICT (topic, subject) DO UPDATE
   SET last = greatest(sequences.last, excluded.last);
