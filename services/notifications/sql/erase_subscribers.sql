-- Those of these subscribers that are subscribed to nothing: nobody needs their addresses.
DELETE FROM subscribers
 WHERE audience = ANY ($1::text[])
   AND NOT EXISTS (SELECT FROM subscriptions WHERE subscriptions.audience = subscribers.audience);
