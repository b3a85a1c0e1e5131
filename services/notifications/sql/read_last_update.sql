-- The last monthly update before the month $1 that was told to anybody, preferably in the zone $2: its version
-- of the catalog, when it was due, and what was published last by then.
SELECT number, due_at, released, reported
  FROM tellings
 WHERE kind = 'monthly_update'
   AND about < $1
   AND (told_to <> ''
        OR EXISTS (SELECT FROM told_before WHERE told_before.fact = tellings.fact))
 ORDER BY left(about, 7) DESC, substr(about, 9) = $2 DESC
 LIMIT 1;
