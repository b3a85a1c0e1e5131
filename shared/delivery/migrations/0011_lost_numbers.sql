-- Whom a lost range concerned: of each subject, the numbers that stood in it. They are found when its
-- next event comes, which does not wait for them.
CREATE TABLE lost_numbers (
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    subject      text        NOT NULL,
    from_number  bigint      NOT NULL,
    until_number bigint      NOT NULL,
    noticed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, subject, from_number)
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON lost_numbers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
