-- Puts mails back until a later time; a claim before it does not count as a try.
UPDATE mails
   SET state          = CASE WHEN tries <= 1 THEN 'prepared' ELSE 'try_later' END,
       tries          = greatest(tries - 1, 0),
       first_tried_at = CASE WHEN tries <= 1 THEN NULL ELSE first_tried_at END,
       claimed_at     = NULL,
       due_at         = held.due_at,
       digest_at      = held.digest_at
  FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS held (mail_id, due_at, digest_at)
 WHERE mails.mail_id = held.mail_id;
