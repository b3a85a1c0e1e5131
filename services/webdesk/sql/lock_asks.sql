-- Limits are exact: whoever asks at the same time waits until the one before is counted.
SELECT pg_advisory_xact_lock(hashtext('webdesk asks'));
