-- A row of the timeline as a batch hands it over: an array of them is one value. A type of its own, so
-- that the table may get a column while older code is live.
CREATE TYPE timeline_row AS (
    tracking_number text,
    topic           text,
    sequence        integer,
    type            text,
    at              timestamptz,
    status          text,
    provider        text,
    detail          text,
    event_id        uuid
);
