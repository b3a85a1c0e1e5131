-- A page of subscribers who get news of reports at once, after $1. $3 is the news: nobody gets it twice.
SELECT audience
  FROM subscriptions
 WHERE kind = 'reports'
   AND state = 'confirmed'
   AND cadence = 'at_once'
   AND audience > $1
   AND NOT EXISTS (
       SELECT
         FROM told_before
        WHERE told_before.fact = $3
          AND told_before.audience = subscriptions.audience)
 ORDER BY audience
 LIMIT $2;
