-- One process writes news at a time, until it commits: a number is visible only after all below it, so that an
-- update that reads up to the last number misses none.
SELECT pg_advisory_xact_lock(hashtext('notifications published news'));
