-- Erases what else was said about contacts: preferences, dead addresses, notes about requests that name them,
-- and the office's words about the mails to them that it settled. It runs behind the locks of forget_contacts.
WITH said AS (
    SELECT participant, contact_id, up_to, at
      FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[])
           AS said (participant, contact_id, up_to, at)
), unwished AS (
    DELETE FROM preferences
     USING said
     WHERE preferences.participant = said.participant
       AND preferences.contact_id = said.contact_id
       AND preferences.number <= said.up_to
), unknown AS (
    DELETE FROM dead_addresses
     USING said
     WHERE dead_addresses.participant = said.participant
       AND dead_addresses.contact_id = said.contact_id
), unnoted AS (
    DELETE FROM notes
     USING requests, said
     WHERE notes.tracking_number = requests.tracking_number
       AND jsonb_set('{}', ARRAY[requests.participant], requests.contact_ids::jsonb)
           @> jsonb_build_object(said.participant, jsonb_build_array(said.contact_id))
       AND notes.stated_at <= said.at
)
UPDATE settlements
   SET why = ''
  FROM mails, said
 WHERE mails.mail_id = settlements.mail_id
   AND mails.audience = said.participant
   AND mails.contact_id = said.contact_id
   AND settlements.why <> '';
