-- Subscriptions by their keys; they were asked for and not confirmed. Their subscribers are locked.
DELETE FROM subscriptions
 USING unnest($1::text[]) AS gone (key)
 WHERE subscriptions.audience = split_part(gone.key, ' ', 1)
   AND subscriptions.kind = split_part(gone.key, ' ', 2)
   AND subscriptions.state = 'asked';
