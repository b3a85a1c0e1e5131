-- What was published about sites: copies of the events on cri.pub.reports.v1, which are the original. The
-- public pages are a fold of these rows, and of nothing else.
CREATE TABLE site_events (
    slug   text   NOT NULL,
    number bigint NOT NULL,
    value  jsonb  NOT NULL,
    PRIMARY KEY (slug, number)
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON site_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
