-- Seconds until the next mail is due; null if none waits.
SELECT extract(epoch FROM min(due_at) - now())::double precision
  FROM mails
 WHERE state IN ('prepared', 'try_later')
   AND template = ANY ($1::text[]);
