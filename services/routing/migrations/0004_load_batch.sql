-- A request as a batch reads and writes it, in the order of `Request`'s fields; ids are texts.
CREATE TYPE request_row AS (
    tracking_number   text,
    request_id        text,
    participant       text,
    status            text,
    facts             text,
    need_stated       boolean,
    traceparent       text,
    program           text,
    lane              text,
    queue_number      bigint,
    queued            boolean,
    fresh             boolean,
    waits_for         text,
    published         bigint,
    decided           integer,
    last_event        text,
    offer_state       text,
    offer_expires_at  timestamptz,
    offer_declaration text,
    offer_entry       integer,
    due_clock         text,
    due_at            timestamptz,
    due_cause         text,
    recorded          bigint,
    offered           text[]
);

-- A function of one expression: where it is called, Postgres puts the columns in its place.
CREATE FUNCTION request_row_1(p_request requests) RETURNS request_row
LANGUAGE sql STABLE AS $$
    SELECT ROW(p_request.tracking_number, p_request.request_id::text, p_request.participant,
               p_request.status, p_request.facts, p_request.need_stated, p_request.traceparent,
               p_request.program, p_request.lane, p_request.queue_number, p_request.queued,
               p_request.fresh, p_request.waits_for, p_request.published, p_request.decided,
               p_request.last_event::text, p_request.offer_state, p_request.offer_expires_at,
               p_request.offer_declaration::text, p_request.offer_entry, p_request.due_clock,
               p_request.due_at, p_request.due_cause::text, p_request.recorded,
               p_request.offered)::request_row
$$;

CREATE TYPE capacity_row AS (
    provider    text,
    declaration text,
    valid_until timestamptz,
    entries     text,
    free        integer[],
    load        integer,
    last_offer  bigint
);

CREATE TYPE capacity_change_row AS (
    provider    text,
    declaration text,
    valid_until timestamptz,
    entries     text,
    entry       integer,
    free        integer,
    load        integer
);

CREATE TYPE decision_row AS (
    tracking_number text,
    number          integer,
    id              text,
    at              timestamptz,
    hash            bytea,
    record          text
);

CREATE TYPE panel_row AS (
    hash bytea,
    body text
);

CREATE TYPE lane_sweep AS (
    lane     text,
    basis    text,
    swept_to bigint
);

-- All that a batch reads, in one call (why functions: 0014_batches.sql of shared/delivery). Requests
-- are locked in key order, so that batches and the matcher queue up instead of deadlocking; then the
-- numbers of events about providers.
CREATE FUNCTION load_batch_1(
    p_requests text[], p_topics text[], p_subjects text[],
    OUT o_requests request_row[], OUT o_numbers number_row[], OUT o_version bigint
) LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(p_requests) > 0 THEN
        o_requests := ARRAY(
            SELECT request_row_1(requests)
              FROM requests
             WHERE tracking_number = ANY (p_requests)
             ORDER BY tracking_number
               FOR UPDATE);
    END IF;
    IF cardinality(p_topics) > 0 THEN
        o_numbers := lock_numbers_1(p_topics, p_subjects);
    END IF;
    o_version := coalesce(max(number), 0) FROM catalog;
END
$$;
