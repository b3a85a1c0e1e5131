SELECT participant, source, id, content, first_record
  FROM messages
  JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked (participant, source, id)
 USING (participant, source, id);
