-- A new code replaces the one that was asked for before.
INSERT INTO codes (contact, about, address_hash, counter, expires_at)
VALUES ($1, $2, $3, $4, now() + $5::interval)
    ON CONFLICT (contact, about) DO UPDATE
   SET address_hash = excluded.address_hash, counter = excluded.counter, tries = 0,
       expires_at = excluded.expires_at
RETURNING now();
