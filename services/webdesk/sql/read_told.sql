SELECT at, sentence, by_mail
  FROM told
 WHERE tracking_number = $1
 ORDER BY number DESC
 LIMIT $2;
