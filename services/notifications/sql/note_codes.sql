INSERT INTO codes_sent (mail_id, address, at)
SELECT mail_id, address, now()
  FROM unnest($1::uuid[], $2::bytea[]) AS code (mail_id, address)
    ON CONFLICT (mail_id) DO NOTHING;
