-- What these subscribers are no longer subscribed to.
DELETE FROM subscriptions
 WHERE audience = ANY ($1::text[])
   AND NOT (audience, kind) IN (SELECT * FROM unnest($2::text[], $3::text[]));
