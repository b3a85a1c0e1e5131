-- What a program office may know about: everything; open ones first, at most 500.
SELECT tracking_number, participant, status, since, sentence, provider_sentence, program,
       provider, offer_id, expires_at, count(*) OVER () AS of_all
  FROM requests
 WHERE NOT $1::boolean OR expires_at IS NOT NULL
 ORDER BY status IN ('closed', 'ineligible', 'withdrawn'), tracking_number
 LIMIT 500;
