-- The zones of those to whom something is told monthly.
SELECT DISTINCT zone
  FROM subscribers
  JOIN subscriptions USING (audience)
 WHERE state = 'confirmed'
   AND (kind = 'monthly_update' OR cadence = 'monthly');
