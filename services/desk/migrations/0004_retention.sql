-- A case file says itself until when it is kept; one that nobody answers goes after a day.
CREATE OR REPLACE VIEW retained (
    what, key, since, earliest, requests, participant, contact_id, subscription_id, own_of
) AS
SELECT 'case_files'::text,
       message_id,
       coalesce(until, asked_at + interval '1 day'),
       asked_at,
       ARRAY[tracking_number],
       NULL::text,
       NULL::text,
       NULL::text,
       NULL::text
  FROM case_files
 UNION ALL
SELECT 'sessions', '', ends_at, ends_at, '{}', NULL, NULL, NULL, NULL
  FROM sessions
 UNION ALL
SELECT 'sign_ins', '', started_at, started_at, '{}', NULL, NULL, NULL, NULL
  FROM sign_ins;
