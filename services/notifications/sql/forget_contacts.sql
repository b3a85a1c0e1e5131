-- Erases contacts, unless they were set again later. A wish to get no mail is kept as a hash of the address, or
-- withdrawn.
WITH said AS (
    SELECT participant, contact_id, up_to, never_write_again, at
      FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::timestamptz[])
           AS said (participant, contact_id, up_to, never_write_again, at)
), noted AS (
    INSERT INTO forgotten AS known (participant, contact_id, up_to, never_write_again, at)
    SELECT participant, contact_id, up_to, never_write_again, at
      FROM said
     ORDER BY participant, contact_id
        ON CONFLICT (participant, contact_id) DO UPDATE
       SET up_to             = greatest(known.up_to, excluded.up_to),
           never_write_again = excluded.never_write_again,
           at                = excluded.at
), wished AS (
    DELETE FROM do_not_send
     USING said
     WHERE NOT said.never_write_again
       AND do_not_send.person = 'contact:' || said.participant || ':' || said.contact_id
), erased AS (
    DELETE FROM contacts
     USING said
     WHERE contacts.participant = said.participant
       AND contacts.contact_id = said.contact_id
       AND contacts.number <= said.up_to
    RETURNING contacts.participant, contacts.contact_id, email, never_write_again
)
INSERT INTO do_not_send (person, address)
SELECT 'contact:' || participant || ':' || contact_id,
       sha256(convert_to(lower(trim(email)), 'UTF8'))
  FROM erased
 WHERE never_write_again
   AND email IS NOT NULL
    ON CONFLICT DO NOTHING;
