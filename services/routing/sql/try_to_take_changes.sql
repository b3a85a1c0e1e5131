-- One transaction at a time, so that a provider's declarations are applied in order. A separate
-- statement, so that the next one reads the changes under the lock.
SELECT pg_try_advisory_xact_lock($1::bigint);
