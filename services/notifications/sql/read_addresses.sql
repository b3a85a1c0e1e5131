-- The addresses of these contacts, except dead ones and those whose holders want no mail.
SELECT contacts.participant, contacts.contact_id, contacts.email
  FROM unnest($1::text[], $2::text[]) AS asked (participant, contact_id)
  JOIN contacts USING (participant, contact_id)
  LEFT JOIN dead_addresses AS dead
    ON dead.participant = contacts.participant
   AND dead.contact_id = contacts.contact_id
   AND dead.email = contacts.email
 WHERE contacts.email IS NOT NULL
   AND dead.email IS NULL
   AND NOT EXISTS (
       SELECT
         FROM do_not_send
        WHERE address = sha256(convert_to(lower(trim(contacts.email)), 'UTF8')));
