-- The published releases, one per month. The event on cri.pub.reports.v1 is the original.
CREATE TABLE releases (
    month        text        PRIMARY KEY,
    sha256       text        NOT NULL,
    published_at timestamptz NOT NULL,
    body         jsonb       NOT NULL
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON releases
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
