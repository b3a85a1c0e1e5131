-- The mails with these ids that exist. Those of unknown outcome are locked and returned whole; of the others,
-- only the id.
WITH unknown AS (
    SELECT mail_id, notice, audience, contact_id, correlation, key, published, tries,
           coalesce(first_tried_at, prepared_at) AS first_tried_at, prepared_at
      FROM mails
     WHERE mail_id = ANY ($1::uuid[])
       AND state = 'outcome_unknown'
     ORDER BY mail_id
       FOR UPDATE
)
SELECT mails.mail_id AS of, unknown.*
  FROM mails
  LEFT JOIN unknown USING (mail_id)
 WHERE mails.mail_id = ANY ($1::uuid[]);
