-- The outbox is as old as the dump: what stands on the log need not be sent again.
DELETE FROM outbox
 WHERE event_id = ANY ($1::uuid[]);
