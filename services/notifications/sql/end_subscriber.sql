-- Erases a subscriber; returns what it was subscribed to.
WITH erased AS (
    DELETE FROM subscribers
     WHERE audience = $1
    RETURNING audience
)
SELECT kind
  FROM subscriptions
  JOIN erased USING (audience)
 ORDER BY kind;
