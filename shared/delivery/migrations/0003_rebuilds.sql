-- What operators had computed again from the log, by whom and why, and what came of it: equal, or
-- repaired in so many keys (`differing` names the first of them). Rows are never deleted.
CREATE TABLE rebuilds (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    effects        text        NOT NULL,
    by             text        NOT NULL,
    why            text        NOT NULL,
    records        bigint      NOT NULL,
    rows           bigint      NOT NULL,
    outcome        text        NOT NULL CHECK (outcome IN ('equal', 'repaired')),
    differing      bigint      NOT NULL,
    names          text[]      NOT NULL,
    carried_out_at timestamptz NOT NULL DEFAULT now()
);
