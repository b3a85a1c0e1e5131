-- Advances the sequence past all published tracking numbers, so that none is given out again.
SELECT setval('tracking_numbers', greatest(given.last, (SELECT last_value FROM tracking_numbers)))
  FROM (SELECT max(split_part(subject, '-', 3)::bigint) AS last
          FROM announced
         WHERE subject LIKE 'CRI-%') AS given
 WHERE given.last IS NOT NULL;
