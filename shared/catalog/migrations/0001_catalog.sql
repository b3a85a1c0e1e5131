-- Every version of every piece of reference data; number is its place on the reference topic.
CREATE TABLE catalog (
    number     bigint      PRIMARY KEY,
    kind       text        NOT NULL,
    id         text        NOT NULL,
    body       jsonb       NOT NULL,
    stored_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX catalog_by_id ON catalog (kind, id, number);
