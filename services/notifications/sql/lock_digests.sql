-- One process makes digests at a time: what waits for one contact is told in one mail.
SELECT pg_advisory_xact_lock(hashtext('notifications digests'));
