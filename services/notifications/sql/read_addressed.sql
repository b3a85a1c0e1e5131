-- Whom the request of a mail names, as JSON (null if the audience did not make it), and to whom its
-- obligation was mailed.
SELECT (SELECT contact_ids
          FROM requests
         WHERE tracking_number = mail.about
           AND participant = mail.audience) AS named,
       ARRAY(SELECT contact_id
               FROM mails AS other
              WHERE other.about = mail.about
                AND other.audience = mail.audience
                AND other.fact = mail.fact) AS written_to
  FROM mails AS mail
 WHERE mail.mail_id = $1;
