-- Notes nothing above the limit: $2 of one subscription an hour.
INSERT INTO link_uses (subscription_id)
SELECT $1
 WHERE (SELECT count(*) FROM link_uses
         WHERE subscription_id = $1 AND used_at > now() - interval '1 hour') < $2::bigint
RETURNING used_at;
