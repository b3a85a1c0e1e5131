-- Restricted: addresses of which a mail server said that they are none. A contact that is set with
-- another one is written to again.
CREATE TABLE dead_addresses (
    participant text        NOT NULL,
    contact_id  text        NOT NULL,
    email       text        NOT NULL,
    since       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (participant, contact_id)
);
