-- A new code replaces the one that was asked for before, in whose place it is tried.
  WITH asked AS (INSERT INTO codes_asked (contact, address_hash, network_hash) VALUES ($1, $3, $4))
INSERT INTO codes (contact, about, address_hash, counter, expires_at)
VALUES ($1, $2, $3, $5, now() + $6::interval)
    ON CONFLICT (contact, about) DO UPDATE
   SET address_hash = excluded.address_hash, counter = excluded.counter, tries = 0,
       expires_at = excluded.expires_at
RETURNING now();
