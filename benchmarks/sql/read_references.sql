SELECT tracking_number, reference
  FROM requests
 WHERE tracking_number = ANY ($1::text[]);
