-- All open ones, by their end, then the $2 that ended last.
SELECT offer_id, provider, tracking_number, state, expires_at, told, sentence, number
  FROM offers
 WHERE provider = $1
   AND (state = 'open'
        OR offer_id IN (
            SELECT offer_id
              FROM offers
             WHERE provider = $1
               AND state <> 'open'
             ORDER BY changed_at DESC
             LIMIT $2))
 ORDER BY state <> 'open', CASE WHEN state = 'open' THEN expires_at END, changed_at DESC;
