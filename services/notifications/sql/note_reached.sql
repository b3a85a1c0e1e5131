-- Notes and returns the participants that a mail can reach again: a contact has an address that is not dead.
-- LIMIT 1 in place of EXISTS, as in read_unreached.sql.
UPDATE reach
   SET is_reached = true,
       since      = now()
 WHERE NOT is_reached
   AND (SELECT contact_id
          FROM contacts
          LEFT JOIN dead_addresses AS its_address USING (participant, contact_id, email)
         WHERE contacts.participant = reach.participant
           AND contacts.email IS NOT NULL
           AND NOT contacts.of_caller
           AND its_address.since IS NULL
         LIMIT 1) IS NOT NULL
RETURNING participant;
