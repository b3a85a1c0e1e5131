INSERT INTO acts (message_id, actor, kind, tracking_number, item_id, reason)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (message_id) DO NOTHING
RETURNING sent_at;
