INSERT INTO provider_acts (message_id, provider, actor, kind, about, said, sent_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (message_id) DO NOTHING
RETURNING message_id;
