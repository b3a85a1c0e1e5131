-- Takes wishes back that no mail is sent.
DELETE FROM do_not_send
 WHERE person = ANY ($1::text[]);
