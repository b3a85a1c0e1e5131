-- $5 to $9: the limits of an address within ten minutes and a day, of a client a day, of a network and in all an hour.
-- A network with fewer asks than $10 has the limit $11 in all, so that a few networks cannot use up what all share.
-- An ask above the limits of its address counts for its sender, but not for the address: so nobody learns that others
-- have asked for the same address, or blocks it by asking on. It stores the form's hash in place of the address's.
  WITH counted AS (
       SELECT (SELECT count(*) FROM asks
                WHERE network_hash = $4 AND asked_at > now() - interval '1 hour') AS of_network,
              (SELECT count(*) FROM asks WHERE asked_at > now() - interval '1 hour') AS of_all
       ),
       allowed AS (
       SELECT (SELECT count(*) FROM asks
                WHERE address_hash = $2 AND asked_at > now() - interval '10 minutes') < $5::bigint
              AND (SELECT count(*) FROM asks
                    WHERE address_hash = $2 AND asked_at > now() - interval '1 day') < $6::bigint
              AS by_address,
              (SELECT count(*) FROM asks
                WHERE client_hash = $3 AND asked_at > now() - interval '1 day') < $7::bigint
              AND of_network < $8::bigint
              AND of_all < CASE WHEN of_network < $10::bigint THEN $11::bigint ELSE $9::bigint END
              AS by_sender
         FROM counted
       ),
       noted AS (
       INSERT INTO asks (form_hash, address_hash, client_hash, network_hash)
       SELECT $1, CASE WHEN by_address THEN $2 ELSE $1 END, $3, $4
         FROM allowed
        WHERE by_sender
           ON CONFLICT (form_hash) DO NOTHING
    RETURNING form_hash
       )
SELECT CASE
       WHEN EXISTS (SELECT FROM asks WHERE form_hash = $1) THEN 'sent_before'
       WHEN NOT EXISTS (SELECT FROM noted) THEN 'above_limits'
       WHEN by_address THEN 'new'
       ELSE 'sent_before'
       END
  FROM allowed;
