-- The earlier session stays as it was, without the code: a second click finds it.
INSERT INTO provider_sessions (id_hash, provider, contact_id, offer_id, confirmed_at)
SELECT $2, provider, contact_id, offer_id, now()
  FROM provider_sessions
 WHERE id_hash = $1;
