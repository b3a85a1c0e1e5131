-- A batch is opened by one call and closed by one. Functions, because each statement of a volatile
-- one sees what was committed before it began: behind the locks of those before it. They carry their
-- version in their name: code that is live calls the one that it was made for.
CREATE TYPE checkpoint_found AS (
    topic       text,
    partition   integer,
    failures    text,
    with_losses boolean
);

CREATE TYPE number_row AS (
    topic   text,
    subject text,
    last    bigint
);

CREATE TYPE settled_row AS (
    saved     bigint,
    id        bigint,
    topic     text,
    partition integer,
    "offset"  bigint,
    key       bytea,
    value     bytea,
    headers   bytea,
    at        timestamptz
);

-- Checkpoints first, by a compare and lock: one that another owner has moved on does not come back.
-- A later round of a batch names none.
CREATE FUNCTION open_batch_1(
    p_topics text[], p_partitions integer[], p_offsets bigint[],
    p_gate_topics text[], p_gate_subjects text[], p_keys text[],
    OUT o_at timestamptz, OUT o_checkpoints checkpoint_found[], OUT o_gates number_row[],
    OUT o_parked_keys text[]
) LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(p_topics) > 0 THEN
        o_checkpoints := ARRAY(
            SELECT ROW(held.topic, held.partition, held.failures, held.lost > 0)::checkpoint_found
              FROM checkpoints AS held
              JOIN unnest(p_topics, p_partitions, p_offsets) AS step (topic, partition, next_offset)
                ON held.topic = step.topic
               AND held.partition = step.partition
               AND held.next_offset = step.next_offset
             ORDER BY held.topic, held.partition
               FOR UPDATE OF held);
    END IF;
    o_at := clock_timestamp();
    o_gates := ARRAY(
        SELECT ROW(gates.topic, gates.subject, gates.last)::number_row
          FROM unnest(p_gate_topics, p_gate_subjects) AS wanted (topic, subject)
          JOIN gates
         USING (topic, subject));
    o_parked_keys := ARRAY(
        SELECT key
          FROM parked_keys
         WHERE key = ANY (p_keys));
END
$$;

-- The last numbers of different subjects, locked in key order; 0 for new ones.
CREATE FUNCTION lock_numbers_1(p_topics text[], p_subjects text[]) RETURNS number_row[]
LANGUAGE plpgsql AS $$
DECLARE
    v_numbers number_row[] := ARRAY(
        SELECT ROW(topic, subject, last)::number_row
          FROM sequences
         WHERE (topic, subject) IN (SELECT * FROM unnest(p_topics, p_subjects))
         ORDER BY topic, subject
           FOR UPDATE);
BEGIN
    IF cardinality(v_numbers) = cardinality(p_topics) THEN
        RETURN v_numbers;
    END IF;
    INSERT INTO sequences (topic, subject, last)
    SELECT topic, subject, 0
      FROM unnest(p_topics, p_subjects) AS wanted (topic, subject)
     ORDER BY topic, subject
        ON CONFLICT (topic, subject) DO NOTHING;
    RETURN lock_numbers_1(p_topics, p_subjects);
END
$$;

-- All that a round leaves behind: messages, checkpoints, gates, counts. Gates move from where they
-- were read and from nowhere else; one that had no row (read is null) may have become a stub
-- meanwhile. The first row says how many were saved; the others are the held records that this
-- releases. Only behind a gate that had a row can a record be waiting, as the batch that holds a
-- record also makes the row that it waits for.
CREATE FUNCTION settle_round_1(
    p_messages outbox_row[], p_checkpoints checkpoint_step[], p_gates gate_step[],
    p_counts count_row[]
) RETURNS SETOF settled_row LANGUAGE plpgsql AS $$
DECLARE
    v_saved     bigint;
    v_was_there number_row[];
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
    IF v_was_there IS NOT NULL THEN
        RETURN QUERY
        DELETE FROM held
         USING unnest(v_was_there) AS passed
         WHERE held.for_topic = passed.topic
           AND held.for_subject = passed.subject
           AND held.for_number <= passed.last
        RETURNING NULL::bigint, held.id, held.topic, held.partition, held."offset", held.key,
                  held.value, held.headers, held.at;
    END IF;
END
$$;
