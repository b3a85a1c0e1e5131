-- The answer to the request decides; a refused contact only adds its reasons.
UPDATE drafts
   SET state = CASE WHEN request_message = $1 THEN $2 ELSE state END,
       answers = CASE WHEN request_message = $1 AND $2 = 'accepted' THEN '{}' ELSE answers END,
       proved_address = CASE WHEN request_message = $1 AND $2 = 'accepted' THEN NULL ELSE proved_address END,
       reasons = reasons || $3::jsonb,
       tracking_number = coalesce($4, tracking_number),
       changed_at = now(), expires_at = now() + $5::interval
 WHERE $1 IN (request_message, contact_message)
   AND state = 'sent';
