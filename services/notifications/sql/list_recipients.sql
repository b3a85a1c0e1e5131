-- A page of subscribers, after $3, who are told at once of a solicitation of the program $1; with $2, also of
-- those who get solicitations monthly. $5 is the news: nobody gets it twice.
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
