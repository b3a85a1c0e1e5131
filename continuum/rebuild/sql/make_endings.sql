-- Of intake's requests only how they ended is computed again.
CREATE UNLOGGED TABLE rebuild.requests (
    tracking_number text PRIMARY KEY,
    ended           text NOT NULL
);
