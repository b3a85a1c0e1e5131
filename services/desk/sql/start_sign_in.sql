-- Inserts nothing above the limits: $7 sign-ins of one client and $8 in all within $9.
INSERT INTO sign_ins (state_hash, browser_hash, client_hash, nonce, verifier, next)
SELECT $1, $2, $3, $4, $5, $6
 WHERE (SELECT count(*) FROM sign_ins
         WHERE client_hash = $3 AND started_at > now() - $9::interval) < $7::bigint
   AND (SELECT count(*) FROM sign_ins WHERE started_at > now() - $9::interval) < $8::bigint
RETURNING state_hash;
