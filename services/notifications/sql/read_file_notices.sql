-- The newest decisions about a request, each with its mails; there may be more of them.
WITH newest AS (
    SELECT decided_at, fact, audience, message_type, because, call, count(*) OVER () AS decided
      FROM notices
     WHERE subject = $1
     ORDER BY decided_at DESC, fact, audience
     LIMIT $2
)
SELECT decided_at AS at, audience, message_type, because, call, decided,
       CASE WHEN because IS NULL THEN 'sent' ELSE 'not_needed' END AS outcome,
       ARRAY(SELECT ROW(contact_id, state, status)::mail_row
               FROM mails
              WHERE mails.about = $1
                AND mails.audience = newest.audience
                AND mails.fact = newest.fact
              ORDER BY prepared_at, mail_id) AS mails
  FROM newest
 ORDER BY decided_at DESC, fact, audience;
