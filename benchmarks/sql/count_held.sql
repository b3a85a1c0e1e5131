-- What reporting holds: accepted, and offered or waiting.
SELECT count(*)
  FROM requests
 WHERE accepted_at IS NOT NULL
   AND (first_offer_at IS NOT NULL OR waiting_since IS NOT NULL);
