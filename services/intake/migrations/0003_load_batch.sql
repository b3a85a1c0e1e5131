-- All that a batch reads, in one call (why functions: 0014_batches.sql of shared/delivery).
CREATE TYPE request_row AS (
    request_id      text,
    tracking_number text,
    participant     text,
    facts           bytea,
    published       bigint,
    confided        bigint,
    ended           text
);

CREATE TYPE submission_row AS (
    tracking_number text,
    reference       text,
    content         bytea,
    first_record    text
);

CREATE TYPE need_row AS (
    tracking_number text,
    need            bytea
);

CREATE TYPE message_row AS (
    participant  text,
    source       text,
    id           text,
    content      bytea,
    first_record text
);

CREATE TYPE reference_row AS (
    participant  text,
    reference    text,
    content      bytea,
    first_record text
);

CREATE TYPE list_use_row AS (
    participant text,
    about       text,
    since       timestamptz,
    pages       integer
);

-- Requests are locked first, then the numbers that participants share, each in key order, so that two
-- overlapping batches queue up behind each other; the catalog is read behind these locks. Messages,
-- references, list uses and a participant's own numbers are written only under the checkpoint of its
-- one topic, which the batch holds. Each reference gets a counter for a tracking number.
CREATE FUNCTION load_batch_1(
    p_requests text[], p_amended text[], p_locked_topics text[], p_locked_subjects text[],
    p_topics text[], p_subjects text[], p_participants text[], p_sources text[], p_ids text[],
    p_submitters text[], p_references text[], p_askers text[], p_lists text[],
    OUT o_requests request_row[], OUT o_needs need_row[], OUT o_numbers number_row[],
    OUT o_messages message_row[], OUT o_references reference_row[], OUT o_counters bigint[],
    OUT o_list_uses list_use_row[], OUT o_version bigint
) LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(p_requests) > 0 THEN
        o_requests := ARRAY(
            SELECT ROW(request_id, tracking_number, participant, convert_to(facts::text, 'UTF8'),
                       published, confided, ended)::request_row
              FROM requests
             WHERE tracking_number = ANY (p_requests)
             ORDER BY tracking_number
               FOR UPDATE);
    END IF;
    IF cardinality(p_locked_topics) > 0 THEN
        o_numbers := lock_numbers_1(p_locked_topics, p_locked_subjects);
    END IF;
    IF cardinality(p_topics) > 0 THEN
        o_numbers := o_numbers || ARRAY(
            SELECT ROW(topic, subject, last)::number_row
              FROM sequences
              JOIN unnest(p_topics, p_subjects) AS asked (topic, subject)
             USING (topic, subject));
    END IF;
    IF cardinality(p_amended) > 0 THEN
        o_needs := ARRAY(
            SELECT ROW(tracking_number, convert_to(said::text, 'UTF8'))::need_row
              FROM words
             WHERE tracking_number = ANY (p_amended));
    END IF;
    IF cardinality(p_ids) > 0 THEN
        o_messages := ARRAY(
            SELECT ROW(participant, source, id, content, first_record)::message_row
              FROM messages
              JOIN unnest(p_participants, p_sources, p_ids) AS asked (participant, source, id)
             USING (participant, source, id));
    END IF;
    IF cardinality(p_references) > 0 THEN
        o_references := ARRAY(
            SELECT ROW(participant, reference, content, first_record)::reference_row
              FROM requests
              JOIN unnest(p_submitters, p_references) AS asked (participant, reference)
             USING (participant, reference));
        o_counters := ARRAY(
            SELECT nextval('tracking_numbers')
              FROM generate_series(1, cardinality(p_references)));
    END IF;
    IF cardinality(p_lists) > 0 THEN
        o_list_uses := ARRAY(
            SELECT ROW(participant, about, since, pages)::list_use_row
              FROM listings
              JOIN unnest(p_askers, p_lists) AS asked (participant, about)
             USING (participant, about));
    END IF;
    o_version := coalesce(max(number), 0) FROM catalog;
END
$$;
