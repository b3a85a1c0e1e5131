-- Only the final status of intake's requests is recomputed, and when they reached it.
CREATE UNLOGGED TABLE rebuild.requests (
    tracking_number text        PRIMARY KEY,
    ended           text        NOT NULL,
    ended_at        timestamptz
);
