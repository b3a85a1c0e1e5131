-- Looked at first, in one round trip: an announced program whose opening is still to be announced.
SELECT now() AS at, min(opens_at) AS opens_at
  FROM programs
 WHERE status = 'announced'
   AND NOT opening_told;
