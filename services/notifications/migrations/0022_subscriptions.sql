-- Who gets news of the programs by mail. Restricted: addresses. `audience` is subscription:<subscription id>.
CREATE TABLE subscribers (
    audience  text          PRIMARY KEY,
    address   text          NOT NULL UNIQUE,
    zone      text,
    mailed_at timestamptz[] NOT NULL
);

-- A row goes when its kind ends, and the address with the last one.
CREATE TABLE subscriptions (
    audience text        NOT NULL REFERENCES subscribers ON DELETE CASCADE,
    kind     text        NOT NULL,
    state    text        NOT NULL CHECK (state IN ('asked', 'confirmed')),
    cadence  text        NOT NULL,
    program  text,
    since    timestamptz NOT NULL,
    PRIMARY KEY (audience, kind)
);

CREATE INDEX subscriptions_confirmed ON subscriptions (kind, audience) WHERE state = 'confirmed';
CREATE INDEX subscriptions_asked ON subscriptions (since) WHERE state = 'asked';
CREATE INDEX subscriptions_state ON subscriptions (state);

-- News told to subscribers, page by page: subscribers up to `told_to` have been decided about. `number`
-- is the version of the catalog of which they tell.
CREATE TABLE tellings (
    fact     uuid        PRIMARY KEY,
    kind     text        NOT NULL,
    about    text        NOT NULL,
    number   bigint      NOT NULL,
    due_at   timestamptz NOT NULL,
    told_to  text        NOT NULL DEFAULT '',
    ended    boolean     NOT NULL DEFAULT false
);

CREATE INDEX tellings_open ON tellings (due_at, fact) WHERE NOT ended;
CREATE INDEX tellings_kind ON tellings (kind, about);

-- Who was told before the database was restored, as the log says.
CREATE TABLE told_before (
    fact     uuid NOT NULL,
    audience text NOT NULL,
    PRIMARY KEY (fact, audience)
);
