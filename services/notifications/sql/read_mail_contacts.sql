-- The contacts of each participant with a mail address that is not dead.
SELECT contacts.participant, contacts.contact_id
  FROM contacts
  LEFT JOIN dead_addresses AS dead
    ON dead.participant = contacts.participant
   AND dead.contact_id = contacts.contact_id
   AND dead.email = contacts.email
 WHERE contacts.participant = ANY ($1::text[])
   AND contacts.email IS NOT NULL
   AND dead.email IS NULL
 ORDER BY contacts.participant, contacts.contact_id;
