-- Limits are exact: drafts begun at the same time wait until the one before is counted.
SELECT pg_advisory_xact_lock(hashtext('webdesk starts'));
