-- Acts that were sent more than $1 seconds ago and have no answer. The topics keep acts and answers for one
-- day: after two, an act that has left the desk is lost, or its answer is.
SELECT coalesce(tracking_number, message_id) AS subject, kind, actor, sent_at,
       sent_at <= now() - interval '2 days'
       AND NOT EXISTS (
           SELECT
             FROM unsent_without_contents AS unsent
            WHERE unsent.envelope ->> 'id' = acts.message_id
       ) AS lost
  FROM acts
 WHERE answer IS NULL
   AND sent_at < now() - make_interval(secs => $1)
 ORDER BY sent_at, message_id;
