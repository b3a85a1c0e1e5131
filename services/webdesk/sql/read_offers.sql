-- The open ones, by their end, then those that ended last.
SELECT offer_id, provider, tracking_number, state, expires_at, told, sentence, number
  FROM offers
 WHERE provider = $1
 ORDER BY state <> 'open', CASE WHEN state = 'open' THEN expires_at END, changed_at DESC
 LIMIT $2;
