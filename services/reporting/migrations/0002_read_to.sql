-- How far the log was read at least: everything that was on it by then is counted. One row, none until
-- the first look.
CREATE TABLE read_to (
    id    boolean     PRIMARY KEY DEFAULT true CHECK (id),
    as_of timestamptz NOT NULL
);
