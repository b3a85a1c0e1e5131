SELECT offer_id, provider, tracking_number, state, expires_at, told, sentence, number
  FROM offers
 WHERE offer_id = $1
   AND provider = $2;
