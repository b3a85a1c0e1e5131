-- One transaction at a time counts and asks for codes.
SELECT pg_advisory_xact_lock(hashtext('webdesk codes'));
