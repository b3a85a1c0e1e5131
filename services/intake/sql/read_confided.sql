SELECT tracking_number AS subject, confided AS last
  FROM requests
 WHERE tracking_number = ANY ($1::text[]);
