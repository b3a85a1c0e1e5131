-- Browsers of people at providers without a system; id_hash is the SHA-256 of what their cookie holds.
-- offer_id: whose link was opened; that offer is shown. confirmed_at: when the person repeated a code from a
-- mail; from then on everything of the provider is shown, and acts count.
CREATE TABLE provider_sessions (
    id_hash      bytea       PRIMARY KEY,
    provider     text        NOT NULL,
    contact_id   text        NOT NULL,
    offer_id     text,
    confirmed_at timestamptz,
    started_at   timestamptz NOT NULL DEFAULT now(),
    seen_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX provider_sessions_by_start ON provider_sessions (started_at);
