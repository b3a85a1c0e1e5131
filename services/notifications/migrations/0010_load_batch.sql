-- All that a batch reads, in one call (why functions: 0014_batches.sql of shared/delivery).
CREATE TYPE need_row AS (
    tracking_number text,
    need            text
);

CREATE TYPE contact_row AS (
    participant text,
    contact_id  text,
    name        text,
    title       text,
    email       text,
    phone       text,
    zone        text
);

CREATE TYPE waiting_repeat_row AS (
    inreplyto text,
    first     text,
    key       bytea,
    event     bytea
);

CREATE TYPE waiting_note_row AS (
    inreplyto text,
    key       bytea,
    event     bytea
);

-- Requests are locked first, then numbers, each in key order, so that two overlapping batches queue up
-- behind each other. Answers and what waits for them are read behind these locks, which both sides take:
-- a repeat or a note cannot miss the answer that it waits for. Those named by p_opening are handed over
-- with their needs and contacts.
CREATE FUNCTION load_batch_1(
    p_requests text[], p_number_topics text[], p_number_subjects text[], p_opening text[],
    p_contact_participants text[], p_contact_ids text[], p_repeated text[], p_answered text[],
    p_settled text[],
    OUT o_requests request_row[], OUT o_numbers number_row[], OUT o_version bigint,
    OUT o_needs need_row[], OUT o_contacts contact_row[], OUT o_answers answer_row[],
    OUT o_repeats waiting_repeat_row[], OUT o_notes waiting_note_row[]
) LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(p_requests) > 0 THEN
        o_requests := ARRAY(
            SELECT ROW(tracking_number, participant, agency_name, cri_type, agency_class, state,
                       sworn_band, topics, service_forms, wished_from, wished_until, contact_ids,
                       status, since, sentence, provider_sentence, program, provider, offer_id,
                       expires_at, engagement_id, published)::request_row
              FROM requests
             WHERE tracking_number = ANY (p_requests)
             ORDER BY tracking_number
               FOR UPDATE);
    END IF;
    IF cardinality(p_number_topics) > 0 THEN
        o_numbers := lock_numbers_1(p_number_topics, p_number_subjects);
    END IF;
    o_version := coalesce(max(number), 0) FROM catalog;
    IF cardinality(p_opening) > 0 THEN
        o_needs := ARRAY(
            SELECT ROW(tracking_number, need)::need_row
              FROM needs
             WHERE tracking_number = ANY (p_opening));
        o_contacts := ARRAY(
            SELECT ROW(participant, contact_id, name, title, email, phone, zone)::contact_row
              FROM contacts
             WHERE (participant, contact_id) IN (
                   SELECT *
                     FROM unnest(p_contact_participants, p_contact_ids)
                    UNION
                   SELECT participant, json_array_elements_text(contact_ids::json)
                     FROM requests
                    WHERE tracking_number = ANY (p_opening)));
    END IF;
    IF cardinality(p_repeated) > 0 THEN
        o_answers := ARRAY(
            SELECT ROW(inreplyto, message_id, message_type, subject, data)::answer_row
              FROM answers
             WHERE inreplyto = ANY (p_repeated));
    END IF;
    IF cardinality(p_answered) > 0 THEN
        o_repeats := ARRAY(
            SELECT ROW(inreplyto, first, key, event)::waiting_repeat_row
              FROM waiting_repeats
             WHERE first = ANY (p_answered)
             ORDER BY inreplyto);
    END IF;
    IF cardinality(p_settled) > 0 THEN
        o_notes := ARRAY(
            SELECT ROW(inreplyto, key, event)::waiting_note_row
              FROM waiting_notes
             WHERE inreplyto = ANY (p_settled));
    END IF;
END
$$;
