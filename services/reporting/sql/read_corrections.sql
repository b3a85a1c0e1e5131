SELECT number, corrected_at, body::text AS body
  FROM corrections
 WHERE month = $1
 ORDER BY number;
