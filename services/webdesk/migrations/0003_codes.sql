-- Codes that were asked for by mail and may still be entered; the code is derived of the counter and a key.
-- contact: contact:<participant>:<contact id>. address_hash: of where it goes, under the key of codes.
CREATE TABLE codes (
    contact      text        NOT NULL,
    about        text        NOT NULL,
    counter      int         NOT NULL,
    address_hash bytea       NOT NULL,
    tries        int         NOT NULL DEFAULT 0,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (contact, about)
);
CREATE INDEX codes_by_end ON codes (expires_at);

-- Who asked for codes within an hour, to limit them.
CREATE TABLE codes_asked (
    contact      text        NOT NULL,
    address_hash bytea       NOT NULL,
    network_hash bytea       NOT NULL,
    asked_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX codes_asked_by_time ON codes_asked (asked_at);

-- The address, under the key of codes, that was proved by a code; it counts as long as the draft has it.
ALTER TABLE drafts ADD COLUMN proved_address bytea;
