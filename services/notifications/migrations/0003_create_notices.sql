-- One decision for each (fact, audience): sent, or not needed and why.
CREATE TABLE notices (
    fact                uuid        NOT NULL,
    audience            text        NOT NULL,
    subject             text        NOT NULL,
    decided_at          timestamptz NOT NULL,
    message_type        text,
    message_id          uuid,
    participantsequence bigint,
    because             text,
    PRIMARY KEY (fact, audience),
    CHECK ((message_id IS NULL) <> (because IS NULL))
);

CREATE INDEX notices_subject ON notices (subject);

-- Exactly one answer for each inbound record; kept to be repeated.
CREATE TABLE answers (
    inreplyto    text  PRIMARY KEY,
    message_id   uuid  NOT NULL,
    message_type text  NOT NULL,
    subject      text  NOT NULL,
    data         bytea NOT NULL
);

-- Repeats that came before the first answer; sent as soon as there is one.
CREATE TABLE waiting_repeats (
    inreplyto text  PRIMARY KEY,
    first     text  NOT NULL,
    key       bytea NOT NULL,
    event     bytea NOT NULL
);

CREATE INDEX waiting_repeats_first ON waiting_repeats (first);

-- When the last round of heartbeats was written, by whichever replica.
CREATE TABLE heartbeats (
    only_row   boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    written_at timestamptz NOT NULL
);

INSERT INTO heartbeats (written_at) VALUES ('-infinity');
