-- Codes that were asked for by a link within the last hour no longer count for its contact.
UPDATE codes_asked
   SET contact      = gen_random_uuid()::text,
       address_hash = sha256(gen_random_uuid()::text::bytea)
 WHERE contact = $1
   AND asked_at > now() - interval '1 hour';
