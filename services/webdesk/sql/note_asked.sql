INSERT INTO codes_asked (contact, address_hash, network_hash)
VALUES ($1, $2, $3);
