-- Contacts that were forgotten: what was said of one under a number up to `up_to` is not stored again.
CREATE TABLE forgotten (
    participant       text        NOT NULL,
    contact_id        text        NOT NULL,
    up_to             bigint      NOT NULL,
    never_write_again boolean     NOT NULL,
    at                timestamptz NOT NULL,
    PRIMARY KEY (participant, contact_id)
);

-- Restricted: hashes of addresses to which their holders, who were forgotten, wish no mail. `person` is
-- contact:<participant>:<contact id> or subscription:<subscription id>.
CREATE TABLE do_not_send (
    person  text  NOT NULL,
    address bytea NOT NULL,
    PRIMARY KEY (person, address)
);

CREATE INDEX do_not_send_to ON do_not_send (address);

-- The number of the event that said it last. What this release did not store yet was said first.
ALTER TABLE contacts ADD COLUMN number bigint NOT NULL DEFAULT 0;
ALTER TABLE preferences ADD COLUMN number bigint NOT NULL DEFAULT 0;

CREATE TYPE contact_row_3 AS (
    participant text,
    contact_id  text,
    name        text,
    title       text,
    email       text,
    phone       text,
    zone        text,
    of_caller   boolean,
    number      bigint
);
