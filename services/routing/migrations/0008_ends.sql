-- How the engagements of a request ended that goes on without them: JSON, by the number of the offer.
ALTER TABLE requests ADD COLUMN past text NOT NULL DEFAULT '{}';

-- The opening that the requester of a waiting request was told. Unknown for those that earlier
-- releases let wait: they are told once more, as the program may have been postponed since.
ALTER TABLE requests ADD COLUMN waits_until timestamptz;

-- Why the provider of its engagement no longer takes part, as the program office was told.
ALTER TABLE requests ADD COLUMN affected text;
CREATE INDEX requests_affected ON requests (tracking_number) WHERE affected IS NOT NULL;

-- Work under way: the office is notified if its provider no longer takes part.
CREATE INDEX requests_engaged ON requests ((offered[cardinality(offered)]))
 WHERE status IN ('assigned', 'in_delivery', 'delivered');

-- Open offers: those of a provider or a program that no longer takes part are withdrawn.
CREATE INDEX requests_offered ON requests ((offered[cardinality(offered)]), program)
 WHERE status = 'offered';

-- A request as a batch reads and writes it since 0.4.0, in the order of `Request`'s fields.
CREATE TYPE request_row_2 AS (
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
    past              text,
    waits_until       timestamptz,
    affected          text,
    offered           text[]
);

CREATE FUNCTION to_request_row_2(p_request requests) RETURNS request_row_2
LANGUAGE sql STABLE AS $$
    SELECT ROW(p_request.tracking_number, p_request.request_id::text, p_request.participant,
               p_request.status, p_request.facts, p_request.need_stated, p_request.traceparent,
               p_request.program, p_request.lane, p_request.queue_number, p_request.queued,
               p_request.fresh, p_request.waits_for, p_request.published, p_request.decided,
               p_request.last_event::text, p_request.offer_state, p_request.offer_expires_at,
               p_request.offer_declaration::text, p_request.offer_entry, p_request.due_clock,
               p_request.due_at, p_request.due_cause::text, p_request.recorded, p_request.past,
               p_request.waits_until, p_request.affected, p_request.offered)::request_row_2
$$;

CREATE TYPE declaration_row AS (
    provider    text,
    declaration text
);

-- As load_batch_1, with the current declarations of capacity of the providers that are engaged for
-- the requests p_ending. Whether a declaration is new is asked after the requests are locked, so
-- that one which was taken in before counts.
CREATE FUNCTION load_batch_2(
    p_requests text[], p_topics text[], p_subjects text[], p_ending text[],
    OUT o_requests request_row_2[], OUT o_numbers number_row[],
    OUT o_declarations declaration_row[], OUT o_version bigint
) LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(p_requests) > 0 THEN
        o_requests := ARRAY(
            SELECT to_request_row_2(requests)
              FROM requests
             WHERE tracking_number = ANY (p_requests)
             ORDER BY tracking_number
               FOR UPDATE);
    END IF;
    IF cardinality(p_topics) > 0 THEN
        o_numbers := lock_numbers_1(p_topics, p_subjects);
    END IF;
    IF cardinality(p_ending) > 0 THEN
        o_declarations := ARRAY(
            SELECT ROW(provider, coalesce(
                       (SELECT declaration
                          FROM capacity_changes
                         WHERE capacity_changes.provider = engaged.provider AND entries IS NOT NULL
                         ORDER BY id DESC
                         LIMIT 1),
                       (SELECT declaration
                          FROM capacities
                         WHERE capacities.provider = engaged.provider))::text)::declaration_row
              FROM (SELECT DISTINCT offered[cardinality(offered)] AS provider
                      FROM unnest(o_requests)
                     WHERE tracking_number = ANY (p_ending) AND offer_state = 'accepted') AS engaged);
    END IF;
    o_version := coalesce(max(number), 0) FROM catalog;
END
$$;

-- As open_lane_1, which says what it locks and returns; a lane that is not open is swept, too, since
-- those that wait in it are told when that changes.
CREATE FUNCTION open_lane_2(
    p_lane text, p_basis text, p_providers text[], p_limit integer,
    OUT o_at timestamptz, OUT o_version bigint, OUT o_lanes lane_state[], OUT o_sweep_from bigint,
    OUT o_capacities capacity_row[], OUT o_requests request_row_2[]
) LANGUAGE plpgsql AS $$
BEGIN
    SELECT CASE WHEN basis = p_basis THEN swept_to ELSE 0 END
      INTO o_sweep_from
      FROM lanes
     WHERE lane = p_lane
       FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    o_capacities := ARRAY(
        SELECT ROW(provider, declaration::text, valid_until, entries, free, load,
                   last_offer)::capacity_row
          FROM capacities
         WHERE provider = ANY (p_providers)
         ORDER BY provider
           FOR UPDATE);
    o_requests := ARRAY(
        SELECT to_request_row_2(requests)
          FROM requests
         WHERE queued
           AND tracking_number IN (
               SELECT tracking_number
                 FROM ((SELECT tracking_number, queue_number
                          FROM requests
                         WHERE lane = p_lane AND queued AND fresh
                           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
                         ORDER BY queue_number
                         LIMIT p_limit)
                        UNION
                       (SELECT tracking_number, queue_number
                          FROM requests
                         WHERE lane = p_lane AND queued AND queue_number > o_sweep_from
                           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
                         ORDER BY queue_number
                         LIMIT p_limit)) AS candidates
                ORDER BY queue_number
                LIMIT p_limit)
         ORDER BY tracking_number
           FOR UPDATE);
    o_lanes := lane_states_1();
    o_version := coalesce(max(number), 0) FROM catalog;
    o_at := clock_timestamp();
END
$$;

-- As in 0006_unrecorded.sql, but a matcher that has looked at a request and leaves it as it is (fresh no
-- longer) changes nothing that events contain. An amendment always changes the facts or need_stated.
DROP TRIGGER unrecord_request ON requests;
CREATE TRIGGER unrecord_request BEFORE UPDATE ON requests
   FOR EACH ROW
  WHEN (NEW.published = OLD.published AND NEW.recorded = OLD.recorded
        AND (NEW.facts, NEW.need_stated) IS DISTINCT FROM (OLD.facts, OLD.need_stated))
EXECUTE FUNCTION unrecord_request_1();
