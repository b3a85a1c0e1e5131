-- After a restore: a subscriber whose notice is on the log was told, and is not told again.
INSERT INTO told_before (fact, audience)
SELECT cause::uuid, subject
  FROM announced
 WHERE topic = 'cri.int.notifications.v1'
   AND type = 'gov.cri.notifications.notice_decided.v1'
   AND subject LIKE 'subscription:%'
    ON CONFLICT (fact, audience) DO NOTHING;
