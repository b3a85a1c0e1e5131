SELECT tracking_number, said
  FROM words
 WHERE tracking_number = ANY ($1::text[]);
