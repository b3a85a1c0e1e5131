-- The decisions about a request. `mails` has the contact and the outcome of each mail about it, or of the digest
-- that includes it; `called_at` is when the call was reported.
SELECT fact, audience, decided_at, message_type, participantsequence, because, call,
       (SELECT settlements.settled_at
          FROM calls
          JOIN settlements USING (notice, audience)
         WHERE calls.fact = notices.fact
           AND calls.audience = notices.audience) AS called_at,
       ARRAY(SELECT mails.contact_id || ': ' || coalesce('in a digest, ' || replace(digest.state, '_', ' '),
                                                         replace(mails.state, '_', ' '))
               FROM mails
               LEFT JOIN mails AS digest ON digest.mail_id = mails.told_in
              WHERE mails.about = notices.subject
                AND mails.audience = notices.audience
                AND mails.fact = notices.fact
              ORDER BY mails.prepared_at, mails.mail_id) AS mails
  FROM notices
 WHERE subject = $1
 ORDER BY decided_at, audience;
