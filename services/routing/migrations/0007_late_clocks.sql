-- Clocks that ran out and are announced again. The service takes them up at `next_at` only: a batch
-- that stops a clock need not know of them, because what stops it starts another clock or changes
-- the request's status (`stands` in services/routing/life/late.py). Then the row means nothing, and
-- is deleted at `next_at`. So an earlier release may run beside this one.
CREATE TABLE late_clocks (
    tracking_number text        NOT NULL,
    clock           text        NOT NULL,
    status          text        NOT NULL,
    due_at          timestamptz NOT NULL,
    misses          integer     NOT NULL,
    next_at         timestamptz NOT NULL,
    cause           uuid        NOT NULL,
    PRIMARY KEY (tracking_number, clock)
);
CREATE INDEX late_clocks_next ON late_clocks (next_at);
