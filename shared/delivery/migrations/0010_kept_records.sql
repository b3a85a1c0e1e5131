-- What operators ordered, what came of it and what they looked at is only ever added to. Who it was,
-- the database says itself: `by` is what a person calls herself. NULL: from before this was recorded.
ALTER TABLE operations ADD COLUMN session_role name;
ALTER TABLE operations ADD COLUMN from_start boolean NOT NULL DEFAULT false;
ALTER TABLE rebuilds ADD COLUMN session_role name;

-- What the service made of an order. The columns of the same names in operations are for processes of
-- an earlier version, and go with the next release: triggers keep both the same until then.
CREATE TABLE operation_outcomes (
    operation      bigint      PRIMARY KEY REFERENCES operations,
    outcome        text        NOT NULL CHECK (
        outcome IN ('released', 'discarded', 'failed_again', 'refused', 'resumed')),
    detail         text,
    cause          text,
    parking_key    text,
    carried_out_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO operation_outcomes (operation, outcome, detail, cause, parking_key, carried_out_at)
SELECT id, outcome, detail, cause, parking_key, coalesce(carried_out_at, ordered_at)
  FROM operations
 WHERE outcome IS NOT NULL;

-- Each look at what a record says: committed before the record can be read (`read_contents`).
CREATE TABLE accesses (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    "offset"     bigint      NOT NULL,
    by           text        NOT NULL,
    why          text        NOT NULL CHECK (why <> ''),
    session_role name        NOT NULL,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction  xid8        NOT NULL DEFAULT pg_current_xact_id()
);

CREATE FUNCTION note_session_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.session_role := session_user;
    RETURN NEW;
END $$;
CREATE TRIGGER note_session_role BEFORE INSERT ON operations
    FOR EACH ROW EXECUTE FUNCTION note_session_role();
CREATE TRIGGER note_session_role BEFORE INSERT ON rebuilds
    FOR EACH ROW EXECUTE FUNCTION note_session_role();
CREATE TRIGGER note_session_role BEFORE INSERT ON accesses
    FOR EACH ROW EXECUTE FUNCTION note_session_role();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are kept as they were written', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON operation_outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON accesses
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON rebuilds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON lost_ranges
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON unreadable_ranges
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON operations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An earlier version writes an order's outcome beside it: once, and nothing else of the row.
CREATE FUNCTION settle_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settled CONSTANT text[] := '{outcome,detail,cause,parking_key,carried_out_at}';
BEGIN
    IF OLD.outcome IS NOT NULL OR NEW.outcome IS NULL
       OR to_jsonb(OLD) - settled <> to_jsonb(NEW) - settled THEN
        RAISE EXCEPTION 'rows of % are kept as they were written', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settle_once BEFORE UPDATE ON operations
    FOR EACH ROW EXECUTE FUNCTION settle_once();

CREATE FUNCTION copy_outcome_of_earlier_version() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO operation_outcomes (operation, outcome, detail, cause, parking_key, carried_out_at)
    VALUES (NEW.id, NEW.outcome, NEW.detail, NEW.cause, NEW.parking_key,
            coalesce(NEW.carried_out_at, clock_timestamp()))
        ON CONFLICT (operation) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER copy_outcome AFTER INSERT OR UPDATE ON operations
    FOR EACH ROW WHEN (NEW.outcome IS NOT NULL)
    EXECUTE FUNCTION copy_outcome_of_earlier_version();

CREATE FUNCTION copy_outcome_for_earlier_version() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE operations
       SET outcome        = NEW.outcome,
           detail         = NEW.detail,
           cause          = NEW.cause,
           parking_key    = NEW.parking_key,
           carried_out_at = NEW.carried_out_at
     WHERE id = NEW.operation AND outcome IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER copy_outcome AFTER INSERT ON operation_outcomes
    FOR EACH ROW EXECUTE FUNCTION copy_outcome_for_earlier_version();

-- What may be told of a message without telling what it says: the envelope's names, if they are short,
-- and whom it is about. What is no JSON says nothing.
CREATE FUNCTION envelope_of(value bytea) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    said jsonb;
    facts jsonb;
BEGIN
    said := convert_from(value, 'UTF8')::jsonb;
    facts := CASE jsonb_typeof(said -> 'data') WHEN 'object' THEN said -> 'data' ELSE '{}' END;
    RETURN (
        SELECT coalesce(jsonb_object_agg(field.key, field.value), '{}')
          FROM jsonb_each(said) AS field
         WHERE field.key IN ('type', 'id', 'source', 'subject', 'time', 'sequence',
                             'participantsequence', 'causationid', 'inreplyto')
           AND jsonb_typeof(field.value) IN ('string', 'number')
           AND length(field.value::text) <= 300
    ) || jsonb_build_object('data', (
        SELECT coalesce(jsonb_object_agg(field.key, field.value), '{}')
          FROM jsonb_each(facts) AS field
         WHERE field.key IN ('tracking_number', 'participant', 'provider')
           AND jsonb_typeof(field.value) = 'string'
           AND length(field.value::text) <= 300
    ));
EXCEPTION WHEN OTHERS THEN
    RETURN '{}';
END $$;

CREATE VIEW dead_letters_without_contents AS
SELECT topic, partition, "offset", octet_length(value) AS size, envelope_of(value) AS envelope, at,
       reason, error, parking_key, failed_at, answered
  FROM dead_letters;

CREATE VIEW unsent_without_contents AS
SELECT topic, envelope_of(value) AS envelope, appended_at AS since, NULL AS reason
  FROM outbox
 UNION ALL
SELECT topic, envelope_of(value), set_aside_at, reason
  FROM set_aside;

-- What a record says, to the role that has said why: its row of accesses was committed, and is not
-- older than a minute.
CREATE FUNCTION read_contents(access bigint) RETURNS TABLE (key bytea, value bytea, headers bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT letter.key, letter.value, letter.headers
      FROM accesses AS given
      JOIN dead_letters AS letter USING (topic, partition, "offset")
     WHERE given.id = access
       AND given.session_role = session_user
       AND given.at > clock_timestamp() - interval '1 minute'
       AND given.transaction IS DISTINCT FROM pg_current_xact_id_if_assigned();
END $$;
