-- What a program office may know about: everything, open ones first; a page of it, with the count of
-- all from there on.
SELECT tracking_number, participant, status, since, sentence, provider_sentence, program,
       provider, offer_id, expires_at, engagement_id, topics, service_forms, wished_from,
       wished_until, count(*) OVER () AS of_all
  FROM requests
 WHERE (NOT $1::boolean OR expires_at IS NOT NULL)
   AND (status IN ('closed', 'ineligible', 'withdrawn'), tracking_number) > ($2::boolean, $3::text)
 ORDER BY status IN ('closed', 'ineligible', 'withdrawn'), tracking_number
 LIMIT $4::integer;
