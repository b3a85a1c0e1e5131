-- Notes that the address is none; returns no row if that was known.
INSERT INTO dead_addresses AS known (participant, contact_id, email)
VALUES ($1, $2, $3)
    ON CONFLICT (participant, contact_id) DO UPDATE
   SET email = excluded.email,
       since = now()
 WHERE known.email <> excluded.email
RETURNING contact_id;
