-- After a change of a calendar, the clocks of all requests are looked at once, in the order of their
-- tracking numbers. One row: the version of the catalog that last changed a calendar, and the last
-- request looked at since then; NULL when all were.
CREATE TABLE calendar_sweep (
    id       boolean PRIMARY KEY DEFAULT true CHECK (id),
    version  bigint  NOT NULL,
    swept_to text
);
INSERT INTO calendar_sweep (version) VALUES (0);
