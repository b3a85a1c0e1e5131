-- Where this service stands on every partition it reads. The offsets live here, not in Kafka, so
-- that they move in the transaction of their effects. The outcome counters add up to the records
-- below next_offset since first_offset.
CREATE TABLE checkpoints (
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    cluster_id   text        NOT NULL,
    first_offset bigint      NOT NULL,
    next_offset  bigint      NOT NULL,
    applied      bigint      NOT NULL DEFAULT 0,
    duplicate    bigint      NOT NULL DEFAULT 0,
    ignored      bigint      NOT NULL DEFAULT 0,
    held         bigint      NOT NULL DEFAULT 0,
    refused      bigint      NOT NULL DEFAULT 0,
    parked       bigint      NOT NULL DEFAULT 0,
    dead         bigint      NOT NULL DEFAULT 0,
    lost         bigint      NOT NULL DEFAULT 0,
    failures     jsonb,
    stopped_by   text,
    moved_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition)
);

CREATE TABLE lost_ranges (
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    from_offset  bigint      NOT NULL,
    until_offset bigint      NOT NULL,
    noticed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, from_offset)
);

-- The last event taken in of every subject of every topic read; 0 is a stub that somebody waits on.
CREATE TABLE gates (
    topic   text   NOT NULL,
    subject text   NOT NULL,
    last    bigint NOT NULL,
    PRIMARY KEY (topic, subject)
);

-- Records that wait for an event that was not taken in yet, byte for byte, in order of id.
CREATE TABLE held (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    for_topic   text        NOT NULL,
    for_subject text        NOT NULL,
    for_number  bigint      NOT NULL,
    topic       text        NOT NULL,
    partition   integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    key         bytea,
    value       bytea,
    headers     bytea       NOT NULL,
    at          timestamptz NOT NULL,
    held_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (topic, partition, "offset")
);
CREATE INDEX held_for ON held (for_topic, for_subject);

-- A key one of whose records could not be decided; later records of it wait in parked.
CREATE TABLE parked_keys (
    key       text        PRIMARY KEY,
    reason    text        NOT NULL,
    topic     text        NOT NULL,
    partition integer     NOT NULL,
    "offset"  bigint      NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE parked (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parking_key text        NOT NULL,
    topic       text        NOT NULL,
    partition   integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    key         bytea,
    value       bytea,
    headers     bytea       NOT NULL,
    at          timestamptz NOT NULL,
    parked_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (topic, partition, "offset")
);
CREATE INDEX parked_by_key ON parked (parking_key, id);

-- Messages on their way to Kafka. Deleted when acknowledged, so its pages turn over quickly.
CREATE TABLE outbox (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    uuid        NOT NULL UNIQUE,
    topic       text        NOT NULL,
    key         bytea,
    value       bytea,
    headers     bytea       NOT NULL,
    appended_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Messages that Kafka will never take (too large, no such topic, not allowed), kept for a person.
CREATE TABLE set_aside (
    id           bigint      PRIMARY KEY,
    event_id     uuid        NOT NULL UNIQUE,
    topic        text        NOT NULL,
    key          bytea,
    value        bytea,
    headers      bytea       NOT NULL,
    reason       text        NOT NULL,
    set_aside_at timestamptz NOT NULL DEFAULT now()
);

-- The last number published for subjects that have no row of their own to count on.
CREATE TABLE sequences (
    topic   text   NOT NULL,
    subject text   NOT NULL,
    last    bigint NOT NULL,
    PRIMARY KEY (topic, subject)
);
