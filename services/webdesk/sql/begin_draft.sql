-- Inserts nothing above the limits: $6 drafts of one client a day, $7 of one network and $8 in all an hour. For a
-- network that has begun fewer than $9, the limit in all is $10: a few networks cannot use up what all share.
  WITH counted AS (
       SELECT (SELECT count(*) FROM starts
                WHERE client_hash = $3 AND started_at > now() - interval '1 day') AS of_client,
              (SELECT count(*) FROM starts
                WHERE network_hash = $4 AND started_at > now() - interval '1 hour') AS of_network,
              (SELECT count(*) FROM starts WHERE started_at > now() - interval '1 hour') AS of_all
       ),
       allowed AS (
       INSERT INTO starts (client_hash, network_hash)
       SELECT $3, $4
         FROM counted
        WHERE of_client < $6::bigint
          AND of_network < $7::bigint
          AND of_all < CASE WHEN of_network < $9::bigint THEN $10::bigint ELSE $8::bigint END
    RETURNING started_at
       ),
       draft AS (
       INSERT INTO drafts (reference, expires_at)
       SELECT $1, now() + $5::interval
         FROM allowed
    RETURNING draft_id
       )
INSERT INTO sessions (id_hash, draft_id)
SELECT $2, draft_id
  FROM draft
RETURNING draft_id;
