UPDATE mails
   SET state     = 'cancelled',
       published = published + 1,
       told_in   = ended.told_in
  FROM unnest($1::uuid[], $2::uuid[]) AS ended (mail_id, told_in)
 WHERE mails.mail_id = ended.mail_id;
