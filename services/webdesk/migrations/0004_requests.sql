-- Requests that were sent, as web-desk was told of them last. link_hash: the SHA-256 of the token of the link in mails to
-- the contact; address_hash: the contact's address, under the key of codes. last: the participantsequence of the last
-- message that said the status. withdrawn_at: when the contact withdrew it here.
CREATE TABLE requests (
    reference       text        PRIMARY KEY,
    agency          text        NOT NULL,
    link_hash       bytea       NOT NULL UNIQUE,
    address_hash    bytea       NOT NULL,
    sent_at         timestamptz NOT NULL DEFAULT now(),
    tracking_number text        UNIQUE,
    status          text,
    since           timestamptz,
    sentence        text,
    program         text,
    next_what       text,
    next_by         timestamptz,
    last            bigint      NOT NULL DEFAULT 0,
    withdrawn_at    timestamptz,
    ended_at        timestamptz
);
CREATE INDEX requests_by_end ON requests (ended_at);

-- What the requester was told, in words.
CREATE TABLE told (
    message_id      text        PRIMARY KEY,
    tracking_number text        NOT NULL REFERENCES requests (tracking_number) ON DELETE CASCADE,
    number          bigint      NOT NULL,
    at              timestamptz NOT NULL,
    sentence        text        NOT NULL
);
CREATE INDEX told_of_request ON told (tracking_number, number);
