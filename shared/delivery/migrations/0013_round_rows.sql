-- The rest of what a round leaves behind, as a batch hands it over: an array of each is one value.
CREATE TYPE checkpoint_step AS (
    topic       text,
    partition   integer,
    next_offset bigint,
    failures    text,
    applied     bigint,
    duplicate   bigint,
    ignored     bigint,
    held        bigint,
    refused     bigint,
    parked      bigint,
    dead        bigint
);

CREATE TYPE gate_step AS (
    topic   text,
    subject text,
    read    bigint,
    last    bigint
);

CREATE TYPE count_row AS (
    topic     text,
    partition integer,
    what      text,
    number    bigint
);
