-- In key order, so that two overlapping batches queue up behind each other.
SELECT tracking_number, participant, agency_name, cri_type, agency_class, state, sworn_band,
       topics, service_forms, wished_from, wished_until, contact_ids, status, since,
       sentence, provider_sentence, program, provider, offer_id, expires_at, engagement_id,
       published
  FROM requests
 WHERE tracking_number = ANY ($1::text[])
 ORDER BY tracking_number
   FOR UPDATE;
