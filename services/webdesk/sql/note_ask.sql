-- $5 to $9: the limits of an address within ten minutes and a day, of a client a day, of a network and in all an hour.
  WITH noted AS (
       INSERT INTO asks (form_hash, address_hash, client_hash, network_hash)
       SELECT $1, $2, $3, $4
        WHERE (SELECT count(*) FROM asks
                WHERE address_hash = $2 AND asked_at > now() - interval '10 minutes') < $5::bigint
          AND (SELECT count(*) FROM asks
                WHERE address_hash = $2 AND asked_at > now() - interval '1 day') < $6::bigint
          AND (SELECT count(*) FROM asks
                WHERE client_hash = $3 AND asked_at > now() - interval '1 day') < $7::bigint
          AND (SELECT count(*) FROM asks
                WHERE network_hash = $4 AND asked_at > now() - interval '1 hour') < $8::bigint
          AND (SELECT count(*) FROM asks WHERE asked_at > now() - interval '1 hour') < $9::bigint
           ON CONFLICT (form_hash) DO NOTHING
    RETURNING form_hash
       )
SELECT CASE
       WHEN EXISTS (SELECT FROM asks WHERE form_hash = $1) THEN 'sent_before'
       WHEN EXISTS (SELECT FROM noted) THEN 'new'
       ELSE 'above_limits'
       END;
