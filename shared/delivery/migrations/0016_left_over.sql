-- Gates that have been passed, but behind which records may still be held, since a round releases 500 at most
-- and a transaction ends after some rounds. Any process of the service takes these records in, step by step.
CREATE TABLE left_over (
    topic   text NOT NULL,
    subject text NOT NULL,
    PRIMARY KEY (topic, subject)
);

-- The records behind a gate are released in order of id. The stronger lock comes first, so that no batch
-- waits for this migration while this waits for the batch.
DROP INDEX held_for;
CREATE INDEX held_in_order ON held (for_topic, for_subject, id);

-- As settle_round_1, which released every record behind the gates at once, however many. The first 500 are
-- released, in order of id; if more may be left, their gates are noted.
CREATE FUNCTION settle_round_2(
    p_messages outbox_row[], p_checkpoints checkpoint_step[], p_gates gate_step[],
    p_counts count_row[]
) RETURNS SETOF settled_row LANGUAGE plpgsql AS $$
DECLARE
    v_at_once   CONSTANT bigint := 500;
    v_saved     bigint;
    v_was_there number_row[];
    v_released  bigint;
BEGIN
    WITH sent AS (
        INSERT INTO outbox (event_id, topic, key, value, headers, type, subject, correlation, cause,
                            inreplyto)
        SELECT event_id, topic, key, value, headers, type, subject, correlation, cause, inreplyto
          FROM unnest(p_messages) WITH ORDINALITY AS message (
                   event_id, topic, key, value, headers, type, subject, correlation, cause,
                   inreplyto, place)
         ORDER BY place),
    moved AS (
        UPDATE checkpoints AS held
           SET next_offset = step.next_offset,
               applied     = held.applied + step.applied,
               duplicate   = held.duplicate + step.duplicate,
               ignored     = held.ignored + step.ignored,
               held        = held.held + step.held,
               refused     = held.refused + step.refused,
               parked      = held.parked + step.parked,
               dead        = held.dead + step.dead,
               failures    = step.failures::jsonb,
               moved_at    = now()
          FROM unnest(p_checkpoints) AS step
         WHERE held.topic = step.topic
           AND held.partition = step.partition),
    opened AS (
        INSERT INTO gates (topic, subject, last)
        SELECT topic, subject, last
          FROM unnest(p_gates)
         WHERE read IS NULL
            ON CONFLICT (topic, subject) DO UPDATE
           SET last = excluded.last
         WHERE gates.last = 0
        RETURNING topic, subject, last, xmax <> 0 AS was_there),
    advanced AS (
        UPDATE gates
           SET last = taken.last
          FROM unnest(p_gates) AS taken
         WHERE gates.topic = taken.topic
           AND gates.subject = taken.subject
           AND gates.last = taken.read
        RETURNING gates.topic, gates.subject, gates.last, true AS was_there),
    counted AS (
        INSERT INTO counts AS before (topic, partition, what, number)
        SELECT topic, partition, what, number
          FROM unnest(p_counts)
         ORDER BY what
            ON CONFLICT (topic, partition, what) DO UPDATE
           SET number = before.number + excluded.number),
    saved AS (
        SELECT * FROM opened
         UNION ALL
        SELECT * FROM advanced)
    SELECT count(*),
           array_agg(ROW(topic, subject, last)::number_row) FILTER (WHERE was_there)
      INTO v_saved, v_was_there
      FROM saved;
    RETURN NEXT ROW(v_saved, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::settled_row;
    IF v_was_there IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH released AS (
        SELECT ready.id
          FROM unnest(v_was_there) AS passed
         CROSS JOIN LATERAL (
                   SELECT waiting.id
                     FROM held AS waiting
                    WHERE waiting.for_topic = passed.topic
                      AND waiting.for_subject = passed.subject
                      AND waiting.for_number <= passed.last
                    ORDER BY waiting.id
                    LIMIT v_at_once) AS ready
         ORDER BY ready.id
         LIMIT v_at_once)
    DELETE FROM held
     USING released
     WHERE held.id = released.id
    RETURNING NULL::bigint, held.id, held.topic, held.partition, held."offset", held.key, held.value,
              held.headers, held.at;
    GET DIAGNOSTICS v_released = ROW_COUNT;
    IF v_released = v_at_once THEN
        INSERT INTO left_over (topic, subject)
        SELECT topic, subject
          FROM unnest(v_was_there)
         ORDER BY topic, subject
            ON CONFLICT (topic, subject) DO NOTHING;
    END IF;
END
$$;
