-- The last number that each subject has on the log.
SELECT subject, max(number) AS last
  FROM announced
 WHERE topic = 'cri.int.notifications.v1'
   AND subject = ANY ($1::text[])
 GROUP BY subject;
