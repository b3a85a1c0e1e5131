-- A page of all requests, which a program office may see, open ones first; with the number of requests from
-- the start of the page to the end of the list.
SELECT tracking_number, participant, status, since, sentence, provider_sentence, program,
       provider, offer_id, expires_at, engagement_id, topics, service_forms, wished_from,
       wished_until, count(*) OVER () AS of_all
  FROM requests
 WHERE (NOT $1::boolean OR expires_at IS NOT NULL)
   AND (status IN ('closed', 'ineligible', 'withdrawn'), tracking_number) > ($2::boolean, $3::text)
 ORDER BY status IN ('closed', 'ineligible', 'withdrawn'), tracking_number
 LIMIT $4::integer;
