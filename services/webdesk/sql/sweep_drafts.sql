  WITH old_sessions AS (DELETE FROM sessions WHERE started_at <= now() - $1::interval),
       old_starts AS (DELETE FROM starts WHERE started_at <= now() - interval '1 day')
DELETE FROM drafts WHERE expires_at <= now();
