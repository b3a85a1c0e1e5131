-- The matcher's transactions are opened by one call each (why functions: 0014_batches.sql of
-- shared/delivery). Locks are taken in the order lane, capacity, request.
CREATE TYPE lane_state AS (
    lane     text,
    program  text,
    basis    text,
    swept_to bigint,
    fresh    boolean,
    queued   boolean
);

-- All lanes. Whether a lane has requests is asked as "the first queue number", which always uses an
-- index; for EXISTS, Postgres may scan the whole table. (In PL/pgSQL, which keeps the plan.)
CREATE FUNCTION lane_states_1() RETURNS lane_state[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT ROW(lane, program, basis, swept_to,
                   (SELECT queue_number
                      FROM requests
                     WHERE requests.lane = lanes.lane AND queued AND fresh
                       AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
                     ORDER BY queue_number
                     LIMIT 1) IS NOT NULL,
                   (SELECT queue_number
                      FROM requests
                     WHERE requests.lane = lanes.lane AND queued
                     ORDER BY queue_number
                     LIMIT 1) IS NOT NULL)::lane_state
          FROM lanes);
END
$$;

-- One matcher holds a lane at a time; a frozen one loses it when its transaction is ended. If
-- another one holds it, o_at is null. Returns the next requests by queue number, without parked
-- ones: fresh ones and, in an open lane, those after the number that the sweep has reached
-- (o_sweep_from; null if no sweep is under way). Another basis than that of the last sweep starts a
-- new one. Requests are locked in key order. The time is read after each lock, so that no event is
-- older than the one that caused it.
CREATE FUNCTION open_lane_1(
    p_lane text, p_basis text, p_is_open boolean, p_providers text[], p_limit integer,
    OUT o_at timestamptz, OUT o_version bigint, OUT o_lanes lane_state[], OUT o_sweep_from bigint,
    OUT o_capacities capacity_row[], OUT o_requests request_row[]
) LANGUAGE plpgsql AS $$
BEGIN
    SELECT CASE WHEN NOT p_is_open THEN NULL WHEN basis = p_basis THEN swept_to ELSE 0 END
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
        SELECT request_row_1(requests)
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

-- Takes the first changes of capacity. One transaction at a time, so that the declarations of a
-- provider are applied in order: if another one has the lock p_key, o_at is null. All lanes are
-- locked, as any may be swept again; missing rows of capacities are inserted.
CREATE FUNCTION open_changes_1(
    p_key bigint, p_limit integer,
    OUT o_at timestamptz, OUT o_version bigint, OUT o_lanes lane_state[],
    OUT o_changes capacity_change_row[], OUT o_capacities capacity_row[]
) LANGUAGE plpgsql AS $$
DECLARE
    v_providers text[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(p_key) THEN
        RETURN;
    END IF;
    PERFORM FROM lanes ORDER BY lane FOR UPDATE;
    WITH taken AS (
        DELETE FROM capacity_changes
         WHERE id = ANY (ARRAY(SELECT id FROM capacity_changes ORDER BY id LIMIT p_limit))
        RETURNING *)
    SELECT array_agg(ROW(provider, declaration::text, valid_until, entries, entry, free,
                         load)::capacity_change_row ORDER BY id),
           array_agg(DISTINCT provider ORDER BY provider)
      INTO o_changes, v_providers
      FROM taken;
    INSERT INTO capacities (provider)
    SELECT unnest(v_providers)
        ON CONFLICT (provider) DO NOTHING;
    o_capacities := ARRAY(
        SELECT ROW(provider, declaration::text, valid_until, entries, free, load,
                   last_offer)::capacity_row
          FROM capacities
         WHERE provider = ANY (v_providers)
         ORDER BY provider
           FOR UPDATE);
    o_lanes := lane_states_1();
    o_version := coalesce(max(number), 0) FROM catalog;
    o_at := clock_timestamp();
END
$$;
