-- Withdraws wishes to get no mail.
DELETE FROM do_not_send
 WHERE person = ANY ($1::text[]);
