-- One transaction at a time counts and prepares codes for an address; locked in order, to avoid deadlocks.
SELECT pg_advisory_xact_lock(hashtext('notifications codes'), place)
  FROM (SELECT DISTINCT hashtext(address) AS place
          FROM unnest($1::text[]) AS address
         ORDER BY place) AS places;
