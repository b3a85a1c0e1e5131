SELECT tracking_number AS subject, published AS last
  FROM requests
 WHERE tracking_number = ANY ($1::text[]);
