-- One taker at a time: a provider's declarations are applied in their order. A statement of its
-- own, so that the changes are read as they are once the lock is held.
SELECT pg_try_advisory_xact_lock($1::bigint);
