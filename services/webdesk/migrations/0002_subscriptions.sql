-- Who asked for news within a day, to limit it. form_hash: a form that is sent twice is one. address_hash: keyed, so
-- that nobody learns an address from it who has not the key.
CREATE TABLE asks (
    form_hash    bytea       PRIMARY KEY,
    address_hash bytea       NOT NULL,
    client_hash  bytea       NOT NULL,
    network_hash bytea       NOT NULL,
    asked_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX asks_of_address ON asks (address_hash, asked_at);
CREATE INDEX asks_of_client ON asks (client_hash, asked_at);
CREATE INDEX asks_of_network ON asks (network_hash, asked_at);
CREATE INDEX asks_by_time ON asks (asked_at);

-- What was done by links within an hour, to limit it.
CREATE TABLE link_uses (
    subscription_id uuid        NOT NULL,
    used_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX link_uses_of_subscription ON link_uses (subscription_id, used_at);
CREATE INDEX link_uses_by_time ON link_uses (used_at);
