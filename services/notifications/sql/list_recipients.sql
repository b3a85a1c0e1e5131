-- A page of those who are told of a solicitation of the program $1 at once, after $3; $5 is what they are told.
SELECT audience
  FROM subscriptions
 WHERE kind = 'solicitations'
   AND state = 'confirmed'
   AND (program IS NULL OR program = $1)
   AND (cadence = 'at_once' OR $2)
   AND audience > $3
   AND NOT EXISTS (
       SELECT
         FROM told_before
        WHERE told_before.fact = $5
          AND told_before.audience = subscriptions.audience)
 ORDER BY audience
 LIMIT $4;
