SELECT mail_id, 'mail:' || mail_id AS subject, published
  FROM mails
 WHERE mail_id > $1
 ORDER BY mail_id
 LIMIT $2;
