-- Reports of an assessment that agencies without a system may check (stage fact_check), or reply to (published), as
-- web-desk was told last. number: the participantsequence of that message.
CREATE TABLE reports (
    engagement_id   text        NOT NULL,
    report_id       text        NOT NULL,
    stage           text        NOT NULL,
    tracking_number text        NOT NULL REFERENCES requests (tracking_number) ON DELETE CASCADE,
    version         integer     NOT NULL,
    hash            text        NOT NULL,
    until           timestamptz NOT NULL,
    number          bigint      NOT NULL,
    PRIMARY KEY (engagement_id, report_id, stage)
);
CREATE INDEX reports_of_request ON reports (tracking_number);

-- Browsers that a contact has shown a report in, by a code; id_hash is the SHA-256 of what their cookie holds.
-- report: the text, from its answer until the contact has answered or the reading ends.
CREATE TABLE readings (
    id_hash       bytea       PRIMARY KEY,
    reference     text        NOT NULL REFERENCES requests ON DELETE CASCADE,
    engagement_id text        NOT NULL,
    report_id     text        NOT NULL,
    stage         text        NOT NULL,
    message_id    text        NOT NULL UNIQUE,
    started_at    timestamptz NOT NULL DEFAULT now(),
    state         text        NOT NULL DEFAULT 'asked',
    report        jsonb,
    reasons       jsonb       NOT NULL DEFAULT '[]'
);
CREATE INDEX readings_by_start ON readings (started_at);
CREATE INDEX readings_of_request ON readings (reference);

-- What contacts answered; the words are nowhere but in the message.
CREATE TABLE report_acts (
    message_id    text        PRIMARY KEY,
    reference     text        NOT NULL REFERENCES requests ON DELETE CASCADE,
    engagement_id text        NOT NULL,
    report_id     text        NOT NULL,
    stage         text        NOT NULL,
    version       integer     NOT NULL,
    sent_at       timestamptz NOT NULL DEFAULT now(),
    state         text        NOT NULL DEFAULT 'sent',
    reasons       jsonb       NOT NULL DEFAULT '[]'
);
CREATE INDEX report_acts_of_request ON report_acts (reference);

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
SELECT 'readings', '', started_at, started_at, '{}', NULL, NULL, NULL, NULL
  FROM readings
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
