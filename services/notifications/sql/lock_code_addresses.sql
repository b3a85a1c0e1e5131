-- One transaction at a time counts and sends codes to an address; in order, so that none waits in a circle.
SELECT pg_advisory_xact_lock(hashtext('notifications codes'), place)
  FROM (SELECT DISTINCT hashtext(address) AS place
          FROM unnest($1::text[]) AS address
         ORDER BY place) AS places;
