-- Takes mails whose process has been silent for a while: their outcome is unknown. A mail with a code is dropped
-- and needs no settlement, because the person who waits for it asks for another one.
WITH lost AS (
    SELECT mail_id
      FROM mails
     WHERE state = 'sending'
       AND claimed_at <= now() - make_interval(secs => $1)
     ORDER BY claimed_at, mail_id
     LIMIT $2
       FOR UPDATE SKIP LOCKED
)
UPDATE mails
   SET state     = CASE kind WHEN 'code' THEN 'dropped' ELSE 'outcome_unknown' END,
       published = published + 1
  FROM lost
 WHERE mails.mail_id = lost.mail_id
RETURNING mails.mail_id, notice, audience, contact_id, correlation, key, published - 1, tries,
          coalesce(first_tried_at, prepared_at), prepared_at, kind;
