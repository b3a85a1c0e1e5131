-- Erases the drafts with these references and every hash of their addresses. A request that was sent keeps its
-- status and what the requester was told, but no link opens it any more.
WITH forgotten AS (
    SELECT reference
      FROM unnest($1::text[]) AS forgotten (reference)
), no_code AS (
    DELETE FROM codes
     USING forgotten
     WHERE codes.contact = 'contact:web-desk:' || forgotten.reference
), none_asked AS (
    DELETE FROM codes_asked
     USING forgotten
     WHERE codes_asked.contact IN ('contact:web-desk:' || forgotten.reference,
                                   'contact:web-desk:' || forgotten.reference || ' by link')
       AND codes_asked.asked_at > now() - interval '2 hours'
), nothing_read AS (
    DELETE FROM readings
     USING forgotten
     WHERE readings.reference = forgotten.reference
), closed AS (
    UPDATE requests
       SET address_hash = '',
           link_hash    = sha256(gen_random_uuid()::text::bytea)
      FROM forgotten
     WHERE requests.reference = forgotten.reference
)
DELETE FROM drafts
 USING forgotten
 WHERE drafts.reference = forgotten.reference;
