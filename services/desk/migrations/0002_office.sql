-- Who may sign in. actor: the pseudonym under which the person acts; one person each, because a second
-- person is another actor.
CREATE TABLE people (
    issuer      text        NOT NULL,
    subject     text        NOT NULL,
    actor       text        NOT NULL UNIQUE,
    name        text        NOT NULL,
    added_at    timestamptz NOT NULL DEFAULT now(),
    added_by    text        NOT NULL,
    disabled_at timestamptz,
    PRIMARY KEY (issuer, subject)
);

-- Browsers that are signed in; id_hash is the SHA-256 of what their cookie holds. A person who is not in
-- people may have one, too: it shows whom to ask.
CREATE TABLE sessions (
    id_hash      bytea       PRIMARY KEY,
    issuer       text        NOT NULL,
    subject      text        NOT NULL,
    roles        text[]      NOT NULL DEFAULT '{}',
    signed_in_at timestamptz NOT NULL DEFAULT now(),
    seen_at      timestamptz NOT NULL DEFAULT now(),
    ends_at      timestamptz NOT NULL
);
CREATE INDEX sessions_of_person ON sessions (issuer, subject);
CREATE INDEX sessions_by_end ON sessions (ends_at);

-- Sign-ins that have been started, each by one browser and for one answer of the issuer.
CREATE TABLE sign_ins (
    state_hash   bytea       PRIMARY KEY,
    browser_hash bytea       NOT NULL,
    client_hash  bytea       NOT NULL,
    nonce        text        NOT NULL,
    verifier     text        NOT NULL,
    next         text        NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_ins_of_client ON sign_ins (client_hash, started_at);
CREATE INDEX sign_ins_by_start ON sign_ins (started_at);
