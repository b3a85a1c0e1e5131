-- What reporting holds of these: accepted, and offered or waiting. Asked by their numbers, so that the
-- question costs the same however many are held.
SELECT count(*)
  FROM requests
 WHERE tracking_number = ANY ($1::text[])
   AND accepted_at IS NOT NULL
   AND (first_offer_at IS NOT NULL OR waiting_since IS NOT NULL);
