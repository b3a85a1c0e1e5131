DELETE FROM sign_ins
 WHERE state_hash = $1 AND browser_hash = $2 AND started_at > now() - $3::interval
RETURNING nonce, verifier, next;
