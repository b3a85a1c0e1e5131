-- The clock that an event is about, and when it runs out after the event: for `continuum why`. Rows of
-- earlier releases have neither until reporting is rebuilt.
ALTER TABLE timeline
    ADD COLUMN clock  text,
    ADD COLUMN due_at timestamptz;
CREATE TYPE timeline_row_2 AS (
    tracking_number text,
    topic           text,
    sequence        integer,
    type            text,
    at              timestamptz,
    status          text,
    provider        text,
    detail          text,
    event_id        uuid,
    clock           text,
    due_at          timestamptz
);
