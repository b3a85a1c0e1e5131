-- What logs and traces show of a message, so that nobody searches its JSON. Empty for dead letters,
-- and for what a process of 0.2.0 appends.
ALTER TABLE outbox
    ADD COLUMN type        text,
    ADD COLUMN subject     text,
    ADD COLUMN correlation text,
    ADD COLUMN cause       text,
    ADD COLUMN inreplyto   text;

-- A message as a batch hands it over. A type of its own, so that the table may get a column while
-- older code is live.
CREATE TYPE outbox_row AS (
    event_id    uuid,
    topic       text,
    key         bytea,
    value       bytea,
    headers     bytea,
    type        text,
    subject     text,
    correlation text,
    cause       text,
    inreplyto   text
);
