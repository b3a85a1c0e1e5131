-- Everything that a batch writes. The rows of existing requests and the numbers are locked already; an answer or
-- a notice that already exists violates its key.
WITH created AS (
    INSERT INTO requests (tracking_number, participant, agency_name, cri_type, agency_class, state,
                          sworn_band, topics, service_forms, wished_from, wished_until,
                          contact_ids, status, since, sentence, provider_sentence, program,
                          provider, offer_id, expires_at, engagement_id, asked, published)
    SELECT tracking_number, participant, agency_name, cri_type, agency_class, state, sworn_band,
           topics, service_forms, wished_from, wished_until, contact_ids, status, since, sentence,
           provider_sentence, program, provider, offer_id, expires_at, engagement_id, asked, published
      FROM unnest($5::request_row_2[])
),
moved AS (
    UPDATE requests
       SET status            = after.status,
           since             = after.since,
           sentence          = after.sentence,
           provider_sentence = after.provider_sentence,
           program           = after.program,
           provider          = after.provider,
           offer_id          = after.offer_id,
           expires_at        = after.expires_at,
           engagement_id     = after.engagement_id,
           asked             = after.asked,
           published         = after.published
      FROM unnest($6::request_state_2[]) AS after
     WHERE requests.tracking_number = after.tracking_number
),
amended AS (
    UPDATE requests
       SET topics            = after.topics,
           service_forms     = after.service_forms,
           wished_from       = after.wished_from,
           wished_until      = after.wished_until,
           contact_ids       = after.contact_ids,
           status            = after.status,
           since             = after.since,
           sentence          = after.sentence,
           provider_sentence = after.provider_sentence,
           program           = after.program,
           provider          = after.provider,
           offer_id          = after.offer_id,
           expires_at        = after.expires_at,
           engagement_id     = after.engagement_id,
           asked             = after.asked,
           published         = after.published
      FROM unnest($7::request_row_2[]) AS after
     WHERE requests.tracking_number = after.tracking_number
),
answered AS (
    INSERT INTO answers (inreplyto, message_id, message_type, subject, data)
    SELECT inreplyto, message_id, message_type, subject, data
      FROM unnest($8::answer_row[])
),
numbered AS (
    UPDATE sequences
       SET last = taken.last
      FROM unnest($9::number_row[]) AS taken
     WHERE sequences.topic = taken.topic
       AND sequences.subject = taken.subject
),
noticed AS (
    INSERT INTO notices (subject, fact, audience, decided_at, message_type, message_id,
                         participantsequence, because, call)
    SELECT subject, fact, audience, $10, message_type, message_id, participantsequence, because, call
      FROM unnest($11::notice_row_2[])
),
stated AS (
    INSERT INTO needs (tracking_number, need)
    SELECT tracking_number, need
      FROM unnest($12::need_row[])
     ORDER BY tracking_number
        ON CONFLICT (tracking_number) DO UPDATE
       SET need = excluded.need
),
named AS (
    INSERT INTO contacts (participant, contact_id, name, title, email, phone, zone, of_caller, number)
    SELECT participant, contact_id, name, title, email, phone, zone, of_caller, number
      FROM unnest($13::contact_row_3[])
     ORDER BY participant, contact_id
        ON CONFLICT (participant, contact_id) DO UPDATE
       SET name      = excluded.name,
           title     = excluded.title,
           email     = excluded.email,
           phone     = excluded.phone,
           zone      = excluded.zone,
           of_caller = excluded.of_caller,
           number    = excluded.number,
           set_at    = now()
),
repeated AS (
    DELETE FROM waiting_repeats
     WHERE first = ANY ($14::text[])
),
held_back AS (
    INSERT INTO waiting_repeats (inreplyto, first, key, event)
    SELECT inreplyto, first, key, event
      FROM unnest($15::waiting_repeat_row[])
),
handed_on AS (
    DELETE FROM waiting_notes
     WHERE inreplyto = ANY ($16::text[])
),
noted AS (
    INSERT INTO waiting_notes (inreplyto, key, event)
    SELECT inreplyto, key, event
      FROM unnest($17::waiting_note_row[])
),
kept AS (
    INSERT INTO notes (fact, tracking_number, stated_at, participant, about, answer, note)
    SELECT fact, tracking_number, stated_at, participant, about, answer, note
      FROM unnest($18::note_row[]) AS note
     WHERE NOT EXISTS (
           SELECT
             FROM requests
            CROSS JOIN jsonb_array_elements_text(contact_ids::jsonb) AS named (contact_id)
             JOIN forgotten USING (participant, contact_id)
            WHERE requests.tracking_number = note.tracking_number
              AND forgotten.at >= note.stated_at)
)
SELECT *
  FROM settle_round_2($1::outbox_row[], $2::checkpoint_step[], $3::gate_step[], $4::count_row[]);
