-- Codes within the last hour: for this contact, to this address, from this network, in all.
SELECT count(*) FILTER (WHERE contact = $1) AS of_contact,
       count(*) FILTER (WHERE address_hash = $2) AS of_address,
       count(*) FILTER (WHERE network_hash = $3) AS of_network,
       count(*) AS of_all
  FROM codes_asked
 WHERE asked_at > now() - interval '1 hour';
