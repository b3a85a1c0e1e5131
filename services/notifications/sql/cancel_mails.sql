UPDATE mails
   SET state     = 'cancelled',
       published = published + 1
 WHERE mail_id = ANY ($1::uuid[]);
