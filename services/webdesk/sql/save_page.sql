-- What has been sent is no longer changed. $4: the reasons of a refusal that are not about this page.
UPDATE drafts
   SET answers = answers || jsonb_build_object($2::text, $3::jsonb), reasons = $4::jsonb,
       changed_at = now(), expires_at = now() + $5::interval
 WHERE draft_id = $1
   AND state IN ('started', 'refused')
RETURNING draft_id;
