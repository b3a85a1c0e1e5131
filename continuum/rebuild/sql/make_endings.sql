-- Only the final status of intake's requests is recomputed.
CREATE UNLOGGED TABLE rebuild.requests (
    tracking_number text PRIMARY KEY,
    ended           text NOT NULL
);
