SELECT tracking_number, published
  FROM requests
 WHERE tracking_number = ANY ($1::text[]);
