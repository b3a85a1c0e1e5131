-- What was said about engagements that are assessed in public, codes alone: a message is a row. Its
-- event comes from intake, what reporting decided from another topic: either may come first. number: the
-- place of the decision among those about the engagement.
CREATE TABLE said (
    event_id      text PRIMARY KEY,
    engagement_id text NOT NULL,
    event         text,
    number        bigint,
    applied       boolean,
    settled_at    timestamptz,
    hash          text,
    due_at        timestamptz
) WITH (fillfactor = 70);
CREATE INDEX said_of_engagement ON said (engagement_id);

-- Where the last version of each report stands, and since when, as those messages say.
CREATE TABLE report_states (
    engagement_id text        NOT NULL,
    report_id     text        NOT NULL,
    kind          text        NOT NULL,
    state         text        NOT NULL,
    since         timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    PRIMARY KEY (engagement_id, report_id)
);
