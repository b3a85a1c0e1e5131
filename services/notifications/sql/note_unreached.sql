-- Notes and returns the participants that no mail reaches any more: an address of theirs is dead, no contact
-- has another one, and they have an open request, offer or engagement. Callers' contacts do not count.
-- LIMIT 1 in place of EXISTS, as in read_unreached.sql.
WITH dead AS (
    SELECT DISTINCT participant
      FROM dead_addresses
      LEFT JOIN contacts USING (participant, contact_id)
     WHERE of_caller IS NOT TRUE
)
INSERT INTO reach AS known (participant, is_reached, since)
SELECT participant, false, now()
  FROM dead
 WHERE (SELECT contact_id
          FROM contacts
          LEFT JOIN dead_addresses AS its_address USING (participant, contact_id, email)
         WHERE contacts.participant = dead.participant
           AND contacts.email IS NOT NULL
           AND NOT contacts.of_caller
           AND its_address.since IS NULL
         LIMIT 1) IS NULL
   AND coalesce(
       (SELECT tracking_number
          FROM requests
         WHERE requests.participant = dead.participant
           AND status NOT IN ('closed', 'ineligible', 'withdrawn')
         LIMIT 1),
       (SELECT tracking_number
          FROM requests
         WHERE requests.provider = dead.participant
           AND status NOT IN ('closed', 'ineligible', 'withdrawn')
         LIMIT 1)) IS NOT NULL
 ORDER BY participant
    ON CONFLICT (participant) DO UPDATE
   SET is_reached = false,
       since      = excluded.since
 WHERE known.is_reached
RETURNING participant;
