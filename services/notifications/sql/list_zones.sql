-- The zones of subscribers to monthly news.
SELECT DISTINCT zone
  FROM subscribers
  JOIN subscriptions USING (audience)
 WHERE state = 'confirmed'
   AND (kind = 'monthly_update' OR cadence = 'monthly');
