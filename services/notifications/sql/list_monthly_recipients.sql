-- A page of those who were to be told something monthly before $2 in the zone $1, after $3. `program` limits
-- those who are told of solicitations alone. $5 is what they are told.
SELECT subscribers.audience, bool_or(kind = 'monthly_update') AS wants_update, min(program) AS program
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
