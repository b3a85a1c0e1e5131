-- One transaction at a time gives sites their names in URLs, or takes in that an engagement has ended.
SELECT pg_advisory_xact_lock(hashtext('reporting publications'));
