-- Says that the process that has claimed these mails is alive.
UPDATE mails
   SET claimed_at = now()
 WHERE mail_id = ANY ($1::uuid[])
   AND state = 'sending';
