-- A draft says itself until when it is kept. Everything but drafts has a fixed time, and is erased by tasks of its
-- own.
CREATE OR REPLACE VIEW retained (
    what, key, since, earliest, requests, participant, contact_id, subscription_id, own_of
) AS
SELECT 'drafts'::text,
       draft_id::text,
       expires_at,
       expires_at,
       '{}'::text[],
       NULL::text,
       NULL::text,
       NULL::text,
       NULL::text
  FROM drafts
 UNION ALL
SELECT 'sessions', '', started_at, started_at, '{}', NULL, NULL, NULL, NULL
  FROM sessions
 UNION ALL
SELECT 'provider_sessions', '', started_at, started_at, '{}', NULL, NULL, NULL, NULL
  FROM provider_sessions
 UNION ALL
SELECT 'starts', '', started_at, started_at, '{}', NULL, NULL, NULL, NULL
  FROM starts
 UNION ALL
SELECT 'asks', '', asked_at, asked_at, '{}', NULL, NULL, NULL, NULL
  FROM asks
 UNION ALL
SELECT 'link_uses', '', used_at, used_at, '{}', NULL, NULL, NULL, NULL
  FROM link_uses
 UNION ALL
SELECT 'codes', '', expires_at, expires_at, '{}', NULL, NULL, NULL, NULL
  FROM codes
 UNION ALL
SELECT 'codes_asked', '', asked_at, asked_at, '{}', NULL, NULL, NULL, NULL
  FROM codes_asked
 UNION ALL
SELECT 'pages', '', ended_at, ended_at, '{}', NULL, NULL, NULL, NULL
  FROM requests
 UNION ALL
SELECT 'work', '', changed_at, changed_at, '{}', NULL, NULL, NULL, NULL
  FROM (SELECT CASE WHEN state <> 'open' THEN changed_at END AS changed_at FROM offers
         UNION ALL
        SELECT CASE WHEN state <> 'open' THEN changed_at END FROM engagements
         UNION ALL
        SELECT sent_at FROM provider_acts) AS work;
