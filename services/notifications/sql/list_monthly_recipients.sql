-- A page of subscribers to monthly news in the zone $1, after $3, who confirmed it before $2. `program` limits
-- the solicitations in it. $5 is the update: nobody gets it twice.
SELECT subscribers.audience,
       array_agg(kind) AS kinds,
       min(program) FILTER (WHERE kind = 'solicitations') AS program
  FROM subscribers
  JOIN subscriptions USING (audience)
 WHERE state = 'confirmed'
   AND (kind = 'monthly_update' OR cadence = 'monthly')
   AND since < $2
   AND zone IS NOT DISTINCT FROM $1
   AND subscribers.audience > $3
   AND NOT EXISTS (
       SELECT
         FROM told_before
        WHERE told_before.fact = $5
          AND told_before.audience = subscribers.audience)
 GROUP BY subscribers.audience
 ORDER BY subscribers.audience
 LIMIT $4;
