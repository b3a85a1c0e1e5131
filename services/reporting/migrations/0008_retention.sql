-- Texts of an assessment are kept while it goes on. `stated_at` and `ended_at` are by the business clock.
CREATE INDEX drafts_stated ON drafts (stated_at);

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
  LEFT JOIN sites USING (engagement_id);
