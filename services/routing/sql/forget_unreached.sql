DELETE FROM unreached_offers
 WHERE offer_id = ANY ($1::text[]);
