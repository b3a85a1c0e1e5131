SELECT offer_id, provider, tracking_number, state, expires_at, told, sentence, number
  FROM offers
 WHERE tracking_number = ANY ($1::text[])
 ORDER BY offer_id
   FOR UPDATE;
