SELECT tracking_number
  FROM requests
 WHERE tracking_number = ANY ($1::text[])
   AND ended IS NOT NULL;
