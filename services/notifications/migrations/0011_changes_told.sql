-- What the provider of a request was told that it asks for, as JSON; null for requests of before.
ALTER TABLE requests ADD COLUMN asked text;

-- Engagements under way, by requester: a contact that changes is sent to their providers. The column
-- changes twice in the life of a request, so that other changes of its status do not touch the index.
ALTER TABLE requests ADD COLUMN under_way boolean NOT NULL GENERATED ALWAYS AS (
    engagement_id IS NOT NULL AND expires_at IS NULL
    AND status IN ('assigned', 'in_delivery', 'delivered')) STORED;
CREATE INDEX requests_under_way ON requests (participant, tracking_number) WHERE under_way;

CREATE TYPE request_row_2 AS (
    tracking_number   text,
    participant       text,
    agency_name       text,
    cri_type          text,
    agency_class      text,
    state             text,
    sworn_band        text,
    topics            text,
    service_forms     text,
    wished_from       date,
    wished_until      date,
    contact_ids       text,
    status            text,
    since             timestamptz,
    sentence          text,
    provider_sentence text,
    program           text,
    provider          text,
    offer_id          text,
    expires_at        timestamptz,
    engagement_id     text,
    asked             text,
    published         integer
);

CREATE TYPE request_state_2 AS (
    tracking_number   text,
    status            text,
    since             timestamptz,
    sentence          text,
    provider_sentence text,
    program           text,
    provider          text,
    offer_id          text,
    expires_at        timestamptz,
    engagement_id     text,
    asked             text,
    published         integer
);

CREATE TYPE working_row AS (
    participant     text,
    contact_id      text,
    provider        text,
    engagement_id   text,
    tracking_number text
);

-- As load_batch_1. Besides, between requests and numbers, it locks contacts: those that the batch
-- sets for itself, those that it hands over shared. So a contact that is set while an engagement
-- opens is in what is handed over, or the engagement is among those that are found here. Contacts
-- share 256 locks, so that a batch never takes more. Found are the engagements under way with a
-- contact that the batch sets; the numbers of their providers are locked, too.
CREATE FUNCTION load_batch_2(
    p_requests text[], p_number_topics text[], p_number_subjects text[], p_opening text[],
    p_contact_participants text[], p_contact_ids text[], p_repeated text[], p_answered text[],
    p_settled text[], p_set_participants text[], p_set_ids text[],
    OUT o_requests request_row_2[], OUT o_numbers number_row[], OUT o_version bigint,
    OUT o_needs need_row[], OUT o_contacts contact_row[], OUT o_answers answer_row[],
    OUT o_repeats waiting_repeat_row[], OUT o_notes waiting_note_row[],
    OUT o_engaged working_row[]
) LANGUAGE plpgsql AS $$
DECLARE
    v_lock      record;
    v_providers text[] := '{}';
    v_topics    text[] := p_number_topics;
    v_subjects  text[] := p_number_subjects;
BEGIN
    IF cardinality(p_requests) > 0 THEN
        o_requests := ARRAY(
            SELECT ROW(tracking_number, participant, agency_name, cri_type, agency_class, state,
                       sworn_band, topics, service_forms, wished_from, wished_until, contact_ids,
                       status, since, sentence, provider_sentence, program, provider, offer_id,
                       expires_at, engagement_id, asked, published)::request_row_2
              FROM requests
             WHERE tracking_number = ANY (p_requests)
             ORDER BY tracking_number
               FOR UPDATE);
    END IF;
    IF cardinality(p_opening) > 0 OR cardinality(p_set_ids) > 0 THEN
        FOR v_lock IN
            SELECT hashtext(participant || ' ' || contact_id) & 255 AS place, bool_or(is_set) AS is_set
              FROM (SELECT participant, contact_id, true AS is_set
                      FROM unnest(p_set_participants, p_set_ids) AS one (participant, contact_id)
                     UNION ALL
                    SELECT participant, contact_id, false
                      FROM unnest(p_contact_participants, p_contact_ids)
                        AS one (participant, contact_id)
                     UNION ALL
                    SELECT participant, json_array_elements_text(contact_ids::json), false
                      FROM requests
                     WHERE tracking_number = ANY (p_opening)) AS contact
             GROUP BY place
             ORDER BY place
        LOOP
            IF v_lock.is_set THEN
                PERFORM pg_advisory_xact_lock(1668247156, v_lock.place);
            ELSE
                PERFORM pg_advisory_xact_lock_shared(1668247156, v_lock.place);
            END IF;
        END LOOP;
    END IF;
    IF cardinality(p_set_ids) > 0 THEN
        o_engaged := ARRAY(
            SELECT ROW(requests.participant, contact.id, provider, engagement_id,
                       tracking_number)::working_row
              FROM unnest(p_set_participants, p_set_ids) AS contact (participant, id)
              JOIN requests ON requests.participant = contact.participant
             WHERE under_way
               AND provider IS NOT NULL
               AND contact_ids::jsonb ? contact.id
             ORDER BY tracking_number);
        SELECT array_agg(DISTINCT found.provider)
          INTO v_providers
          FROM unnest(o_engaged) AS found;
        SELECT array_agg(topic), array_agg(subject)
          INTO v_topics, v_subjects
          FROM (SELECT topic, subject
                  FROM unnest(p_number_topics, p_number_subjects) AS numbered (topic, subject)
                 UNION
                SELECT 'cri.out.' || provider || '.v1', provider
                  FROM unnest(v_providers) AS working (provider)) AS all_numbered;
    END IF;
    IF cardinality(v_topics) > 0 THEN
        o_numbers := lock_numbers_1(v_topics, v_subjects);
    END IF;
    o_version := coalesce(max(number), 0) FROM catalog;
    IF cardinality(p_opening) > 0 THEN
        o_needs := ARRAY(
            SELECT ROW(tracking_number, need)::need_row
              FROM needs
             WHERE tracking_number = ANY (p_opening));
    END IF;
    IF cardinality(p_opening) > 0 OR cardinality(p_set_ids) > 0 THEN
        o_contacts := ARRAY(
            SELECT ROW(participant, contact_id, name, title, email, phone, zone)::contact_row
              FROM contacts
             WHERE (participant, contact_id) IN (
                   SELECT *
                     FROM unnest(p_contact_participants, p_contact_ids)
                    UNION
                   SELECT *
                     FROM unnest(p_set_participants, p_set_ids)
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
