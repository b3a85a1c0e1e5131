-- Codes to each address within the last hour.
SELECT address, count(*) AS codes
  FROM codes_sent
 WHERE address = ANY ($1::bytea[])
   AND at > now() - interval '1 hour'
 GROUP BY address;
