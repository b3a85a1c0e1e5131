SELECT tracking_number
  FROM requests
 WHERE tracking_number = ANY ($1::text[])
   AND accepted_at IS NOT NULL;
