DELETE FROM provider_sessions WHERE id_hash = $1;
