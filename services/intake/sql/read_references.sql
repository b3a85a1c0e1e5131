SELECT participant, reference, content, first_record
  FROM requests
  JOIN unnest($1::text[], $2::text[]) AS asked (participant, reference)
 USING (participant, reference);
