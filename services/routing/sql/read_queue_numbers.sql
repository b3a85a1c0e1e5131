SELECT tracking_number, queue_number
  FROM places
 WHERE tracking_number = ANY ($1::text[]);
