-- How long rows of each kind are kept, as the processes that run now have it, and when they were swept.
-- `gone_before` is the time, by the rows' own clock, up to which they went then.
CREATE TABLE retention_windows (
    what        text        PRIMARY KEY,
    setting     text,
    kept        interval    NOT NULL,
    has_ends    boolean     NOT NULL,
    is_copy     boolean     NOT NULL,
    gone_before timestamptz,
    swept_at    timestamptz,
    next_at     timestamptz NOT NULL DEFAULT now(),
    erased      bigint      NOT NULL DEFAULT 0
);

COMMENT ON COLUMN retention_windows.setting IS 'null: the time is fixed, and a task of its own erases';
COMMENT ON COLUMN retention_windows.has_ends IS 'each row was given its end when it was written';
COMMENT ON COLUMN retention_windows.is_copy IS 'of records that are elsewhere: no hold keeps it';
COMMENT ON COLUMN retention_windows.erased IS 'rows erased since the window was first noted';

-- Who had the service sweep at once, and why. Rows are never deleted.
CREATE TABLE retention_orders (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    by           text        NOT NULL,
    why          text        NOT NULL CHECK (why <> ''),
    session_role name        NOT NULL,
    asked_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER note_session_role BEFORE INSERT ON retention_orders
    FOR EACH ROW EXECUTE FUNCTION note_session_role();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON retention_orders
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a window applies to, without what it says; a service with windows replaces this view.
-- `since`: the end of what the row belongs to, by the clock of the service's events; null while it has
-- not ended. `earliest` is never after it, and can be looked up. Holds name the other columns; `own_of` is
-- the participant to which the row belongs as long as it is registered.
CREATE VIEW retained (what, key, since, earliest, requests, participant, contact_id, subscription_id, own_of) AS
SELECT ''::text, ''::text, NULL::timestamptz, NULL::timestamptz, '{}'::text[], NULL::text, NULL::text,
       NULL::text, NULL::text
 WHERE false;
