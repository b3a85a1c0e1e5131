-- The decisions about a request; `mails` says to which contact each was mailed, and what became of it.
SELECT fact, audience, decided_at, message_type, participantsequence, because,
       ARRAY(SELECT contact_id || ': ' || replace(state, '_', ' ')
               FROM mails
              WHERE mails.about = notices.subject
                AND mails.audience = notices.audience
                AND mails.fact = notices.fact
              ORDER BY prepared_at, mail_id) AS mails
  FROM notices
 WHERE subject = $1
 ORDER BY decided_at, audience;
