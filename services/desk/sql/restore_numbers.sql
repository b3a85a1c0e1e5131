-- Includes subjects that are tracking numbers: the desk counts their messages nowhere else.
INSERT INTO sequences (topic, subject, last)
SELECT topic, subject, max(number)
  FROM announced
 GROUP BY topic, subject
 ORDER BY topic, subject
    ON CONFLICT (topic, subject) DO UPDATE
   SET last = greatest(sequences.last, excluded.last);
