  WITH old_sign_ins AS (DELETE FROM sign_ins WHERE started_at <= now() - $2::interval)
DELETE FROM sessions WHERE ends_at <= now() OR seen_at <= now() - $1::interval;
