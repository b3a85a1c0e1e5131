-- Erases those of these subscribers that are subscribed to nothing any more.
DELETE FROM subscribers
 WHERE audience = ANY ($1::text[])
   AND NOT EXISTS (SELECT FROM subscriptions WHERE subscriptions.audience = subscribers.audience);
