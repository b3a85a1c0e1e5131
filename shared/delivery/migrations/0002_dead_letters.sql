-- Records that could not be processed, byte for byte, until an operator has settled them. Written
-- with the dead letter on the topic, so that a replay reads no Kafka.
CREATE TABLE dead_letters (
    topic       text        NOT NULL,
    partition   integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    key         bytea,
    value       bytea,
    headers     bytea       NOT NULL,
    at          timestamptz NOT NULL,
    reason      text        NOT NULL,
    error       text        NOT NULL,
    parking_key text,
    failed_at   timestamptz NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);

-- What operators ordered about dead letters: who, when, why, and what came of it. An order
-- without an outcome is still to be carried out by the service. Rows are never deleted: whoever
-- computes the service's tables again must leave out what was discarded.
CREATE TABLE operations (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action         text        NOT NULL CHECK (action IN ('replay', 'discard')),
    topic          text        NOT NULL,
    partition      integer     NOT NULL,
    "offset"       bigint      NOT NULL,
    by             text        NOT NULL,
    why            text        NOT NULL,
    again          boolean     NOT NULL DEFAULT false,
    ordered_at     timestamptz NOT NULL DEFAULT now(),
    outcome        text        CHECK (outcome IN ('released', 'discarded', 'failed_again', 'refused')),
    detail         text,
    cause          text,
    parking_key    text,
    carried_out_at timestamptz
);
CREATE UNIQUE INDEX operations_open ON operations (topic, partition, "offset")
    WHERE outcome IS NULL;
CREATE INDEX operations_record ON operations (topic, partition, "offset");
