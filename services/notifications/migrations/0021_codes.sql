-- How many codes went to which address within the last hour: hashes of addresses, which are soon deleted.
CREATE TABLE codes_sent (
    mail_id uuid        PRIMARY KEY,
    address bytea       NOT NULL,
    at      timestamptz NOT NULL
);

CREATE INDEX codes_sent_to ON codes_sent (address, at);
CREATE INDEX codes_sent_at ON codes_sent (at);
