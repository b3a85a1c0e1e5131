-- Begins nothing above the limits: $6 of one client a day, $7 of one network and $8 in all an hour.
  WITH allowed AS (
       INSERT INTO starts (client_hash, network_hash)
       SELECT $3, $4
        WHERE (SELECT count(*) FROM starts
                WHERE client_hash = $3 AND started_at > now() - interval '1 day') < $6::bigint
          AND (SELECT count(*) FROM starts
                WHERE network_hash = $4 AND started_at > now() - interval '1 hour') < $7::bigint
          AND (SELECT count(*) FROM starts WHERE started_at > now() - interval '1 hour') < $8::bigint
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
