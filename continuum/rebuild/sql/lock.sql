-- Held by this session until it ends: one rebuild at a time.
SELECT pg_try_advisory_lock(hashtext('continuum rebuild'));
