-- After a restore: what the log said last of a participant stands.
INSERT INTO reach AS known (participant, is_reached, since)
SELECT DISTINCT ON (subject) subject, type = 'gov.cri.notifications.participant_reachable.v1', at
  FROM announced
 WHERE topic = 'cri.int.mail.v1'
   AND type IN ('gov.cri.notifications.participant_unreachable.v1',
                'gov.cri.notifications.participant_reachable.v1')
 ORDER BY subject, number DESC
    ON CONFLICT (participant) DO UPDATE
   SET is_reached = excluded.is_reached,
       since      = excluded.since;
