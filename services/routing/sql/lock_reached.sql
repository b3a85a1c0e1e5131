-- Of the offers $1, those about which no mail was delivered before.
SELECT offer_id, tracking_number, made_at, reach_by
  FROM unreached_offers
 WHERE offer_id = ANY ($1::text[])
 ORDER BY offer_id
   FOR UPDATE;
