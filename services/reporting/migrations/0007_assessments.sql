-- Engagements that are assessed in public. Routing's events write this table alone, so that a batch of
-- messages about an assessment needs no lock on it.
CREATE TABLE sites (
    engagement_id   text        PRIMARY KEY,
    tracking_number text        NOT NULL,
    provider        text        NOT NULL,
    requester       text        NOT NULL,
    opened_at       timestamptz NOT NULL,
    ended_at        timestamptz
);

CREATE TABLE focus_areas (
    engagement_id text     NOT NULL,
    number        smallint NOT NULL,
    PRIMARY KEY (engagement_id, number)
);

CREATE TABLE findings (
    engagement_id text    NOT NULL,
    finding       text    NOT NULL,
    version       integer NOT NULL,
    PRIMARY KEY (engagement_id, finding)
);

CREATE TABLE recommendations (
    engagement_id   text    NOT NULL,
    recommendation  text    NOT NULL,
    version         integer NOT NULL,
    recorded_on     date    NOT NULL,
    due_on          date,
    claimed_on      date,
    proposed_status text,
    proposed_reason text,
    proposed_for    text,
    proposed_by     text,
    PRIMARY KEY (engagement_id, recommendation)
);

-- Which status holds on which day is read from these rows; a later row takes the place of earlier ones.
CREATE TABLE verified_statuses (
    engagement_id  text     NOT NULL,
    recommendation text     NOT NULL,
    ordinal        smallint NOT NULL,
    status         text     NOT NULL,
    reason         text,
    holds_on       date     NOT NULL,
    PRIMARY KEY (engagement_id, recommendation, ordinal)
);

-- The text of each message, by the coordinate of its record. It comes on one topic and the decision
-- about its message on another, in any order; of a refused message no text is kept.
CREATE TABLE drafts (
    cause         text        PRIMARY KEY,
    engagement_id text        NOT NULL,
    stated_at     timestamptz NOT NULL,
    applied       boolean,
    what          text,
    item          text,
    version       integer,
    text          text
);
CREATE INDEX drafts_by_item ON drafts (engagement_id, what, item);
