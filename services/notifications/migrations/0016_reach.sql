-- Participants that no mail reached at some time while they had open work, and whether one does now.
CREATE TABLE reach (
    participant text        PRIMARY KEY,
    is_reached  boolean     NOT NULL,
    since       timestamptz NOT NULL
);

CREATE INDEX reach_none ON reach (participant) WHERE NOT is_reached;
