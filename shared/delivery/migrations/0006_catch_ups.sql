-- Each time that this database was found behind what the service had published: what was found,
-- and when it had caught up. While one is not finished, the service reads and sends nothing.
CREATE TABLE catch_ups (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    found       text        NOT NULL,
    begun_at    timestamptz NOT NULL DEFAULT now(),
    events      bigint,
    gathered_at timestamptz,
    folded_at   timestamptz,
    finished_at timestamptz
);
CREATE UNIQUE INDEX catch_ups_open ON catch_ups ((true)) WHERE finished_at IS NULL;

-- The events of the own topics that the tables did not know, until the service has caught up.
CREATE TABLE announced (
    topic       text        NOT NULL,
    id          text        NOT NULL,
    partition   integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    type        text        NOT NULL,
    subject     text        NOT NULL,
    number      bigint      NOT NULL,
    cause       text        NOT NULL,
    at          timestamptz NOT NULL,
    value       bytea       NOT NULL,
    PRIMARY KEY (topic, id)
);
CREATE INDEX announced_cause ON announced (cause);
CREATE INDEX announced_subject ON announced (topic, subject, number);
