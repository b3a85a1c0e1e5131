UPDATE people SET disabled_at = NULL WHERE issuer = $1 AND subject = $2 RETURNING subject;
