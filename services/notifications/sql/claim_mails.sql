-- Takes mails that are due, and that no other process takes at this moment. The address is null if
-- the contact has none any more.
WITH due AS (
    SELECT mail_id
      FROM mails
     WHERE state IN ('prepared', 'try_later')
       AND due_at <= now()
     ORDER BY due_at, mail_id
     LIMIT $1
       FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE mails
       SET state          = 'sending',
           claimed_at     = now(),
           tries          = tries + 1,
           first_tried_at = coalesce(first_tried_at, now())
      FROM due
     WHERE mails.mail_id = due.mail_id
    RETURNING mails.mail_id, notice, audience, mails.contact_id, correlation, key, template, facts,
              published, tries, first_tried_at, prepared_at
)
SELECT mail_id, notice, audience, claimed.contact_id, correlation, key, published, tries,
       first_tried_at, prepared_at, template, facts, email
  FROM claimed
  LEFT JOIN contacts
    ON contacts.participant = claimed.audience
   AND contacts.contact_id = claimed.contact_id;
