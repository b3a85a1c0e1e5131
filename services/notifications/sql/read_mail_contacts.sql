-- The contacts with a mail address of each participant.
SELECT participant, contact_id
  FROM contacts
 WHERE participant = ANY ($1::text[])
   AND email IS NOT NULL
 ORDER BY participant, contact_id;
