-- Texts of reports that were drafted and not published, and of corrections that nobody approved: kept as
-- long as those of their assessment.
CREATE OR REPLACE VIEW retained (
    what, key, since, earliest, requests, participant, contact_id, subscription_id, own_of
) AS
SELECT 'drafts'::text,
       drafts.cause,
       CASE
            WHEN sites.engagement_id IS NULL THEN drafts.stated_at
            WHEN sites.ended_at IS NOT NULL THEN greatest(drafts.stated_at, sites.ended_at)
       END,
       drafts.stated_at,
       CASE WHEN sites.tracking_number IS NULL THEN '{}'::text[] ELSE ARRAY[sites.tracking_number] END,
       sites.requester,
       NULL::text,
       NULL::text,
       NULL::text
  FROM drafts
  LEFT JOIN sites USING (engagement_id)
 UNION ALL
SELECT 'draft_reports',
       engagement_id || '/' || report_id,
       greatest(sites.ended_at, (content::jsonb #>> '{draft,due_at}')::timestamptz),
       sites.ended_at,
       ARRAY[sites.tracking_number],
       sites.requester,
       NULL,
       NULL,
       NULL
  FROM drafted_reports
  JOIN sites USING (engagement_id)
 WHERE sites.ended_at IS NOT NULL
   AND (content::jsonb #>> '{draft,state}' <> 'published' AND content::jsonb #> '{draft,body}' IS NOT NULL
        OR content::jsonb @? '$.corrections[*] ? (@.is_approved == false && @.after != "")');
