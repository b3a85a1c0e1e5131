-- After a restore: what the log says of a mail stands. Others that are due or were under way may have gone out
-- before the restore: they count as mails whose process has ended. Those that are held until later keep
-- waiting. A mail that was to be sent again counts as one under way.
WITH said AS (
    SELECT substr(subject, 6)::uuid AS mail_id, number,
           CASE type
               WHEN 'gov.cri.notifications.notice_delivered.v1' THEN 'accepted'
               WHEN 'gov.cri.notifications.notice_outcome_unknown.v1' THEN 'outcome_unknown'
               WHEN 'gov.cri.notifications.notice_cancelled.v1' THEN 'cancelled'
               WHEN 'gov.cri.notifications.notice_settled.v1' THEN convert_from(value, 'UTF8')::json #>> '{data,how}'
               ELSE convert_from(value, 'UTF8')::json #>> '{data,kind}'
           END AS state
      FROM announced
     WHERE topic = 'cri.int.mail.v1'
       AND subject LIKE 'mail:%'
), told AS (
    SELECT DISTINCT ON (mail_id) mail_id, state, max(number) OVER (PARTITION BY mail_id) AS number
      FROM said
     ORDER BY mail_id, state = 'told_otherwise', number DESC
)
UPDATE mails
   SET state      = CASE told.state
                        WHEN 'sent_again' THEN 'sending'
                        WHEN 'told_otherwise' THEN before.state
                        ELSE coalesce(told.state, 'sending')
                    END,
       claimed_at = '-infinity',
       published  = greatest(before.published, coalesce(told.number, 0))
  FROM mails AS before
  LEFT JOIN told USING (mail_id)
 WHERE mails.mail_id = before.mail_id
   AND (told.mail_id IS NOT NULL
        OR before.state IN ('sending', 'try_later')
        OR (before.state = 'prepared' AND before.due_at <= now()));
