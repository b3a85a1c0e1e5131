-- Requests that people write. answers: by page and field, as written; empty once the request is accepted.
-- contact_message and request_message: the ids of what was sent last. resume_hash: the SHA-256 of the link
-- with which any browser goes on.
CREATE TABLE drafts (
    draft_id        uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    reference       text        NOT NULL UNIQUE,
    state           text        NOT NULL DEFAULT 'started',
    answers         jsonb       NOT NULL DEFAULT '{}',
    resume_hash     bytea       UNIQUE,
    started_at      timestamptz NOT NULL DEFAULT now(),
    changed_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    times_sent      int         NOT NULL DEFAULT 0,
    sent_at         timestamptz,
    contact_message text        UNIQUE,
    request_message text        UNIQUE,
    tracking_number text,
    reasons         jsonb       NOT NULL DEFAULT '[]'
);
CREATE INDEX drafts_by_end ON drafts (expires_at);

-- Browsers that hold a draft; id_hash is the SHA-256 of what their cookie holds.
CREATE TABLE sessions (
    id_hash    bytea       PRIMARY KEY,
    draft_id   uuid        NOT NULL REFERENCES drafts ON DELETE CASCADE,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sessions_of_draft ON sessions (draft_id);
CREATE INDEX sessions_by_start ON sessions (started_at);

-- Drafts that were started within a day, and from where, to limit them.
CREATE TABLE starts (
    client_hash  bytea       NOT NULL,
    network_hash bytea       NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX starts_of_client ON starts (client_hash, started_at);
CREATE INDEX starts_of_network ON starts (network_hash, started_at);
CREATE INDEX starts_by_time ON starts (started_at);
