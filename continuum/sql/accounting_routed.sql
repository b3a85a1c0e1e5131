SELECT tracking_number, published, status
  FROM requests
 WHERE tracking_number = ANY ($1::text[]);
