-- Counts codes, and forgets those that count no more.
WITH old AS (
    DELETE FROM codes_sent
     WHERE at <= now() - interval '1 hour')
INSERT INTO codes_sent (mail_id, address, at)
SELECT mail_id, address, now()
  FROM unnest($1::uuid[], $2::bytea[]) AS code (mail_id, address)
    ON CONFLICT (mail_id) DO NOTHING;
