-- One row for each request, the whole of what routing knows of it. The last offer and the one
-- clock that runs are columns of it: whoever holds the request's lock holds them, too.
CREATE TABLE requests (
    tracking_number   text        PRIMARY KEY,
    request_id        uuid        NOT NULL,
    participant       text        NOT NULL,
    status            text        NOT NULL,
    facts             text        NOT NULL,
    need_stated       boolean     NOT NULL,
    traceparent       text,
    program           text,
    lane              text,
    queue_number      bigint,
    queued            boolean     NOT NULL,
    fresh             boolean     NOT NULL,
    waits_for         text,
    published         bigint      NOT NULL,
    decided           integer     NOT NULL,
    last_event        uuid        NOT NULL,
    offer_state       text,
    offer_expires_at  timestamptz,
    offer_declaration uuid,
    offer_entry       integer,
    due_clock         text,
    due_at            timestamptz,
    due_cause         uuid,
    offered           text[]      NOT NULL,
    CHECK (NOT queued OR (lane IS NOT NULL AND queue_number IS NOT NULL)),
    CHECK (queued OR NOT fresh)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX requests_queued ON requests (lane, queue_number) WHERE queued;
CREATE INDEX requests_fresh ON requests (lane, queue_number) WHERE queued AND fresh;
CREATE INDEX requests_due ON requests (due_at) WHERE due_at IS NOT NULL;

-- Places in the lanes, given at triage under a lock, so that they become visible in their order.
CREATE SEQUENCE queue_numbers AS bigint;

-- A lane's row is its lock. What waits is looked at again, from the first place on, when the
-- basis (rules, providers, program open or not) or capacity has changed: swept_to is the last
-- place looked at since then, NULL when all were.
CREATE TABLE lanes (
    lane     text   PRIMARY KEY,
    program  text   NOT NULL,
    basis    text   NOT NULL DEFAULT '',
    swept_to bigint
);

-- What each provider can take on: its last declaration, what is left of each entry, its load.
CREATE TABLE capacities (
    provider      text        PRIMARY KEY,
    declaration   uuid,
    valid_until   timestamptz,
    entries       text        NOT NULL DEFAULT '[]',
    free          integer[]   NOT NULL DEFAULT '{}',
    load          integer     NOT NULL DEFAULT 0,
    last_offer    bigint      NOT NULL DEFAULT 0
);

-- Changes of capacity on their way to the matcher: the batch and the deadlines never touch the
-- capacities themselves, so that requests and capacities are locked in one order everywhere.
CREATE TABLE capacity_changes (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider    text        NOT NULL,
    declaration uuid,
    valid_until timestamptz,
    entries     text,
    entry       integer,
    free        integer     NOT NULL,
    load        integer     NOT NULL
);

-- Every decision with all it was made from, as compact JSON; hash is the SHA-256 of record.
CREATE TABLE decisions (
    tracking_number text        NOT NULL,
    number          integer     NOT NULL,
    id              uuid        NOT NULL,
    at              timestamptz NOT NULL,
    hash            bytea       NOT NULL,
    record          text        NOT NULL,
    PRIMARY KEY (tracking_number, number)
);

-- The candidates' facts that decisions were made from, once for each version (JSON by its hash).
CREATE TABLE panels (
    hash bytea PRIMARY KEY,
    body text  NOT NULL
);
