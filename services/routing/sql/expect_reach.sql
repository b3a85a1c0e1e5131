INSERT INTO unreached_offers (offer_id, tracking_number, made_at, reach_by)
SELECT offer_id, tracking_number, made_at, reach_by
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
       AS offer (offer_id, tracking_number, made_at, reach_by)
 ORDER BY offer_id
    ON CONFLICT (offer_id) DO NOTHING;
