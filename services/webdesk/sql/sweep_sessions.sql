  WITH old_sessions AS (DELETE FROM sessions WHERE started_at <= now() - $1::interval),
       old_readings AS (DELETE FROM readings WHERE started_at <= now() - $4::interval),
       old_starts AS (DELETE FROM starts WHERE started_at <= now() - interval '1 day'),
       old_asks AS (DELETE FROM asks WHERE asked_at <= now() - interval '1 day'),
       old_uses AS (DELETE FROM link_uses WHERE used_at <= now() - interval '1 hour'),
       old_codes AS (DELETE FROM codes WHERE expires_at <= now()),
       old_requests AS (
       DELETE FROM requests
        WHERE ended_at <= now() - $2::interval
           OR (tracking_number IS NULL AND sent_at <= now() - $3::interval)
       )
DELETE FROM codes_asked WHERE asked_at <= now() - interval '1 hour';
