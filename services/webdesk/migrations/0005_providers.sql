-- What providers without a system were asked, and what they work on: as web-desk was told last, whose topic is
-- kept for a day. number: the participantsequence of the last message about it.
CREATE TABLE offers (
    offer_id        text        PRIMARY KEY,
    provider        text        NOT NULL,
    tracking_number text        NOT NULL,
    state           text        NOT NULL,
    expires_at      timestamptz,
    told            jsonb       NOT NULL,
    sentence        text        NOT NULL,
    number          bigint      NOT NULL,
    changed_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX offers_of_provider ON offers (provider, state);
CREATE INDEX offers_of_request ON offers (tracking_number);
CREATE INDEX offers_by_change ON offers (changed_at);

CREATE TABLE engagements (
    engagement_id   text        PRIMARY KEY,
    provider        text        NOT NULL,
    tracking_number text        NOT NULL,
    state           text        NOT NULL,
    is_stopped      boolean     NOT NULL,
    told            jsonb       NOT NULL,
    milestones      jsonb       NOT NULL,
    sentence        text        NOT NULL,
    number          bigint      NOT NULL,
    changed_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX engagements_of_provider ON engagements (provider, state);
CREATE INDEX engagements_of_request ON engagements (tracking_number);
CREATE INDEX engagements_by_change ON engagements (changed_at);

-- What people of these providers did. about: an offer, an engagement, or the provider. said: the data of the
-- message, without its words, which are nowhere but in the message.
CREATE TABLE provider_acts (
    message_id text        PRIMARY KEY,
    provider   text        NOT NULL,
    actor      text        NOT NULL,
    kind       text        NOT NULL,
    about      text        NOT NULL,
    said       jsonb       NOT NULL,
    sent_at    timestamptz NOT NULL DEFAULT now(),
    state      text        NOT NULL DEFAULT 'sent',
    reasons    jsonb       NOT NULL DEFAULT '[]'
);
CREATE INDEX acts_of_provider ON provider_acts (provider, kind, sent_at);
CREATE INDEX acts_by_time ON provider_acts (sent_at);
