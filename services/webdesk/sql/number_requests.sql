UPDATE requests
   SET tracking_number = given.tracking_number
  FROM unnest($1::text[], $2::text[]) AS given (reference, tracking_number)
 WHERE requests.reference = given.reference;
