DELETE FROM codes_sent
 WHERE mail_id = ANY ($1::uuid[]);
