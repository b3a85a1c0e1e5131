-- Batches of a participant that could not be unpacked: their offsets, why, and their bytes as Kafka
-- gave them. Each record of the range is answered `not_processable`, which is final: the bytes are
-- kept for the people who look for the reason, and are never replayed.
CREATE TABLE unreadable_ranges (
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    from_offset  bigint      NOT NULL,
    until_offset bigint      NOT NULL,
    reason       text        NOT NULL,
    error        text        NOT NULL,
    batch        bytea,
    noticed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, from_offset)
);
