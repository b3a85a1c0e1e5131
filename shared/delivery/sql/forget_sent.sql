-- The outbox is as old as the dump: messages that are on their topics need not be sent again.
DELETE FROM outbox
 WHERE event_id = ANY ($1::uuid[]);
