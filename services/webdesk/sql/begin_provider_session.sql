INSERT INTO provider_sessions (id_hash, provider, contact_id, offer_id)
VALUES ($1, $2, $3, $4);
