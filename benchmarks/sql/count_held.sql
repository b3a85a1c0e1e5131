-- Counts the given requests that reporting holds as accepted, and offered or waiting. By tracking
-- number, so that the cost does not depend on the size of the table.
SELECT count(*)
  FROM requests
 WHERE tracking_number = ANY ($1::text[])
   AND accepted_at IS NOT NULL
   AND (first_offer_at IS NOT NULL OR waiting_since IS NOT NULL);
