-- Erases contacts, and their wishes and dead addresses.
WITH gone AS (
    SELECT split_part(key, ' ', 1) AS participant, substr(key, strpos(key, ' ') + 1) AS contact_id
      FROM unnest($1::text[]) AS asked (key)
), unwished AS (
    DELETE FROM preferences
     USING gone
     WHERE preferences.participant = gone.participant
       AND preferences.contact_id = gone.contact_id
), unknown AS (
    DELETE FROM dead_addresses
     USING gone
     WHERE dead_addresses.participant = gone.participant
       AND dead_addresses.contact_id = gone.contact_id
)
DELETE FROM contacts
 USING gone
 WHERE contacts.participant = gone.participant
   AND contacts.contact_id = gone.contact_id;
