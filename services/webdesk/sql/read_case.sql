-- $2: how long the link is good after the end of the request.
SELECT reference, agency, sent_at, tracking_number, status, since, sentence, program, provider, next_what, next_by,
       withdrawn_at, ended_at IS NOT NULL AS has_ended
  FROM requests
 WHERE link_hash = $1
   AND tracking_number IS NOT NULL
   AND (ended_at IS NULL OR ended_at > now() - $2::interval);
