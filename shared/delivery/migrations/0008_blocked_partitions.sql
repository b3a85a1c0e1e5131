-- Partitions whose next record cannot be taken in: which record, why, since when. A row counts only
-- while the checkpoint still stands at or before its offset. It outlives the process that wrote it,
-- so that alerts and `continuum status` do not forget it when the process restarts.
CREATE TABLE blocked_partitions (
    topic     text        NOT NULL,
    partition integer     NOT NULL,
    "offset"  bigint      NOT NULL,
    reason    text        NOT NULL,
    error     text        NOT NULL,
    since     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition)
);

-- Whether the sender was answered `not_processable`. That answer is final: such a record is kept for
-- the people who repair the fault, and is never replayed.
ALTER TABLE dead_letters ADD COLUMN answered boolean NOT NULL DEFAULT false;

-- Written beside a batch that failed, on another connection: if this succeeds, it is no outage.
CREATE TABLE write_probe (
    id         boolean     PRIMARY KEY DEFAULT true CHECK (id),
    written_at timestamptz NOT NULL
);
