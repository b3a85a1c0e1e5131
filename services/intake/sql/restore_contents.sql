UPDATE requests
   SET content = said.content
  FROM unnest($1::text[], $2::bytea[]) AS said (tracking_number, content)
 WHERE requests.tracking_number = said.tracking_number;
