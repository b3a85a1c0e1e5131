-- Tables beside the live ones. A session with this schema first in its search_path fills them with the
-- service's own statements. Unlogged: after a crash all of them are empty.
CREATE SCHEMA rebuild;

CREATE UNLOGGED TABLE rebuild.gates (
    topic     text    NOT NULL,
    partition integer NOT NULL,
    subject   text    NOT NULL,
    last      bigint  NOT NULL,
    PRIMARY KEY (topic, partition, subject)
);

-- How far each partition is folded.
CREATE UNLOGGED TABLE rebuild.progress (
    topic        text    NOT NULL,
    partition    integer NOT NULL,
    next_offset  bigint  NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Records left out because they are dead, parked or held in the live service, or were discarded.
CREATE UNLOGGED TABLE rebuild.left_out (
    topic     text    NOT NULL,
    partition integer NOT NULL,
    "offset"  bigint  NOT NULL,
    given_up  boolean NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);

-- Records that this build cannot fold, though the live service took them in.
CREATE UNLOGGED TABLE rebuild.failed (
    topic     text    NOT NULL,
    partition integer NOT NULL,
    "offset"  bigint  NOT NULL,
    subject   text,
    error     text    NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);

-- The build that created the tables: another build must start over.
CREATE TABLE rebuild.begun (
    build    text        NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now()
);
