-- Acts that were sent more than $1 seconds ago and have no answer.
SELECT coalesce(tracking_number, message_id) AS subject, kind, actor
  FROM acts
 WHERE answer IS NULL
   AND sent_at < now() - make_interval(secs => $1)
 ORDER BY sent_at, message_id;
