-- For how many seconds the mail that was due first has waited; null if none waits. It is below zero if
-- all are held until later.
SELECT extract(epoch FROM now() - min(coalesce(first_tried_at, due_at)))::double precision
  FROM mails
 WHERE state IN ('prepared', 'sending', 'try_later');
