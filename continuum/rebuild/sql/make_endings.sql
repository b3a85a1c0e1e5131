-- Of intake's requests, only the final status is recomputed, and when each request reached it.
CREATE UNLOGGED TABLE rebuild.requests (
    tracking_number text        PRIMARY KEY,
    ended           text        NOT NULL,
    ended_at        timestamptz
);
