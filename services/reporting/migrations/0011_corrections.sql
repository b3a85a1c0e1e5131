-- Corrections of figures of released months. The events on cri.pub.reports.v1 are the originals.
CREATE TABLE corrections (
    month        text        NOT NULL,
    number       bigint      NOT NULL,
    corrected_at timestamptz NOT NULL,
    body         jsonb       NOT NULL,
    PRIMARY KEY (month, number)
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON corrections
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Times in months that may be released already, of which something was learned since. The next release
-- counts those months again. Batches append without looking what is there, so that none waits for another.
CREATE TABLE late_times (
    at      timestamptz NOT NULL,
    because text        NOT NULL
);
CREATE INDEX late_times_by_time ON late_times (at);
