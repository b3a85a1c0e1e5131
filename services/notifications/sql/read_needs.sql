SELECT tracking_number, need
  FROM needs
 WHERE tracking_number = ANY ($1::text[]);
