-- Limits hold for those who begin at the same time, too: each counts the ones before.
SELECT pg_advisory_xact_lock(hashtext('webdesk starts'));
