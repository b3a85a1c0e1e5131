-- A notice was decided when the log says so, not when it was taken in again.
UPDATE notices
   SET decided_at = announced.at
  FROM announced
 WHERE announced.topic = 'cri.int.notifications.v1'
   AND announced.type = 'gov.cri.notifications.notice_decided.v1'
   AND notices.subject = announced.subject
   AND notices.fact = announced.cause::uuid;
