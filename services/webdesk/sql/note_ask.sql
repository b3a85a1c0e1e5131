-- $5 to $9: the limits of an address within ten minutes and a day, of a client a day, of a network and in all an hour.
-- $10 and $11: a network with fewer asks than this has another limit in all, so that a few cannot use up what all share.
-- An ask above the limits of its address counts for who sends it, and not for the address: nobody may learn that
-- others have asked for the same one, nor keep it from them. In place of the address it has the hash of the form.
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
