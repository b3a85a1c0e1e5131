INSERT INTO sessions (id_hash, issuer, subject, ends_at)
VALUES ($1, $2, $3, now() + $4::interval);
