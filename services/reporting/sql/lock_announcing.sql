-- One transaction at a time gives names in addresses, or learns that an engagement has ended.
SELECT pg_advisory_xact_lock(hashtext('reporting publications'));
