-- Notes that the address is dead; returns no row if that was known, or if the contact no longer has it.
INSERT INTO dead_addresses AS known (participant, contact_id, email)
SELECT participant, contact_id, email
  FROM contacts
 WHERE participant = $1
   AND contact_id = $2
   AND email = $3
   FOR SHARE
    ON CONFLICT (participant, contact_id) DO UPDATE
   SET email = excluded.email,
       since = now()
 WHERE known.email <> excluded.email
RETURNING contact_id;
