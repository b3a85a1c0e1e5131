SELECT tracking_number, participant
  FROM requests
 WHERE tracking_number = ANY ($1::text[]);
