UPDATE requests
   SET offer_declaration = taken.declaration,
       offer_entry       = taken.entry
  FROM unnest($1::text[], $2::uuid[], $3::integer[]) AS taken (tracking_number, declaration, entry)
 WHERE requests.tracking_number = taken.tracking_number;
