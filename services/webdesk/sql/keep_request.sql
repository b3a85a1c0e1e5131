-- A request that is sent again, after a refusal, may have another agency and another contact.
INSERT INTO requests (reference, agency, link_hash, address_hash)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (reference) DO UPDATE
   SET agency = excluded.agency, link_hash = excluded.link_hash, address_hash = excluded.address_hash;
