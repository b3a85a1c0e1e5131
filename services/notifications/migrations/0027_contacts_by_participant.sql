-- Which requests name a contact, by its participant and its id in one key: thousands of contacts may have
-- the same participant, as those of the public desk do, and many participants the same id. A lookup by one
-- of both reads all requests with it. jsonb_set, as an index takes no jsonb_build_object: it is not immutable.
DROP INDEX requests_naming;
CREATE INDEX requests_naming ON requests
 USING gin ((jsonb_set('{}', ARRAY[participant], contact_ids::jsonb)) jsonb_path_ops);

-- Mails in the order in which they are claimed, so that those that are held until later are not read.
DROP INDEX mails_due;
CREATE INDEX mails_due ON mails (due_at, number, mail_id) WHERE state IN ('prepared', 'try_later');

-- As before, but for that lookup: OFFSET 0 keeps it apart, so that not all engagements under way are read.
CREATE OR REPLACE FUNCTION load_batch_2(
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
             CROSS JOIN LATERAL (
                   SELECT *
                     FROM requests
                    WHERE jsonb_set('{}', ARRAY[participant], contact_ids::jsonb)
                          @> jsonb_build_object(contact.participant, jsonb_build_array(contact.id))
                   OFFSET 0) AS requests
             WHERE under_way
               AND provider IS NOT NULL
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

-- As before, but for that lookup.
CREATE OR REPLACE VIEW contact_ends AS
SELECT contacts.participant || ' ' || contacts.contact_id AS key,
       CASE
            WHEN NOT coalesce(named.is_open, false)
             AND NOT EXISTS (
                 SELECT
                   FROM mails
                  WHERE mails.audience = contacts.participant
                    AND mails.contact_id = contacts.contact_id
                    AND mails.state IN ('prepared', 'sending', 'try_later', 'outcome_unknown'))
             AND NOT EXISTS (
                 SELECT
                   FROM notices
                   JOIN calls USING (fact, audience)
                  WHERE notices.subject = ANY (named.requests)
                    AND NOT EXISTS (
                        SELECT
                          FROM settlements
                         WHERE settlements.notice = calls.notice
                           AND settlements.audience = calls.audience))
            THEN greatest(contacts.set_at, named.ended_at)
       END AS since,
       contacts.set_at,
       named.requests,
       contacts.participant,
       contacts.contact_id,
       contacts.of_caller
  FROM contacts
 CROSS JOIN LATERAL (
       SELECT bool_or(requests.ended_at IS NULL)  AS is_open,
              max(requests.ended_at)              AS ended_at,
              array_agg(requests.tracking_number) AS requests
         FROM requests
        WHERE jsonb_set('{}', ARRAY[requests.participant], requests.contact_ids::jsonb)
              @> jsonb_build_object(contacts.participant, jsonb_build_array(contacts.contact_id))) AS named;
