  WITH ended AS (DELETE FROM sessions WHERE issuer = $1 AND subject = $2)
UPDATE people
   SET disabled_at = now()
 WHERE issuer = $1 AND subject = $2 AND disabled_at IS NULL
RETURNING subject;
