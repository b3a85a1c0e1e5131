-- The participants' own contacts and those that are named, and whether they are callers'; without contacts that
-- have no address, a dead one, or one whose holder wants no mail.
WITH reached AS (
    SELECT participant, contact_id, email, of_caller
      FROM contacts
     WHERE participant = ANY ($1::text[])
       AND email IS NOT NULL
       AND NOT of_caller
     UNION
    SELECT participant, contact_id, email, of_caller
      FROM contacts
     WHERE (participant, contact_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))
       AND email IS NOT NULL
)
SELECT reached.participant, reached.contact_id, reached.of_caller
  FROM reached
  LEFT JOIN dead_addresses AS dead
    ON dead.participant = reached.participant
   AND dead.contact_id = reached.contact_id
   AND dead.email = reached.email
 WHERE dead.email IS NULL
   AND NOT EXISTS (
       SELECT
         FROM do_not_send
        WHERE address = sha256(convert_to(lower(trim(reached.email)), 'UTF8')))
 ORDER BY reached.participant, reached.contact_id;
