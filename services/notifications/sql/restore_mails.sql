-- After a restore: what the log says of a mail stands. Of others that are due or were under way nobody knows
-- whether they went out before the restore: they count as mails whose process has ended. Those that are held
-- until later wait on.
WITH told AS (
    SELECT DISTINCT ON (subject) substr(subject, 6)::uuid AS mail_id, number,
           CASE type
               WHEN 'gov.cri.notifications.notice_delivered.v1' THEN 'accepted'
               WHEN 'gov.cri.notifications.notice_outcome_unknown.v1' THEN 'outcome_unknown'
               WHEN 'gov.cri.notifications.notice_cancelled.v1' THEN 'cancelled'
               ELSE convert_from(value, 'UTF8')::json #>> '{data,kind}'
           END AS state
      FROM announced
     WHERE topic = 'cri.int.mail.v1'
       AND subject LIKE 'mail:%'
     ORDER BY subject, number DESC
)
UPDATE mails
   SET state      = coalesce(told.state, 'sending'),
       claimed_at = '-infinity',
       published  = greatest(before.published, coalesce(told.number, 0))
  FROM mails AS before
  LEFT JOIN told USING (mail_id)
 WHERE mails.mail_id = before.mail_id
   AND (told.mail_id IS NOT NULL
        OR before.state IN ('sending', 'try_later')
        OR (before.state = 'prepared' AND before.due_at <= now()));
