-- What came of a try, unless the mail was given up for lost in between.
UPDATE mails
   SET state     = $3,
       published = $4,
       due_at    = coalesce($5, due_at),
       stage     = $6,
       status    = $7
 WHERE mail_id = $1
   AND state = 'sending'
   AND tries = $2
RETURNING mail_id;
