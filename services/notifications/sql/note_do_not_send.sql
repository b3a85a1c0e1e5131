-- Stores, as hashes, addresses whose holders want no mail.
INSERT INTO do_not_send (person, address)
SELECT person, sha256(convert_to(lower(trim(address)), 'UTF8'))
  FROM unnest($1::text[], $2::text[]) AS unwished (person, address)
 ORDER BY person
    ON CONFLICT DO NOTHING;
