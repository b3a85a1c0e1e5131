-- All that most batches write. The rows of requests that are there are locked already, as are the
-- numbers; an answer or a notice that is there already is refused by its key.
WITH created AS (
    INSERT INTO requests (tracking_number, participant, agency_name, cri_type, agency_class, state,
                          sworn_band, topics, service_forms, wished_from, wished_until,
                          contact_ids, status, since, sentence, provider_sentence, program,
                          provider, offer_id, expires_at, engagement_id, published)
    SELECT tracking_number, participant, agency_name, cri_type, agency_class, state, sworn_band,
           topics, service_forms, wished_from, wished_until, contact_ids, status, since, sentence,
           provider_sentence, program, provider, offer_id, expires_at, engagement_id, published
      FROM unnest($1::request_row[])
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
           published         = after.published
      FROM unnest($2::request_state[]) AS after
     WHERE requests.tracking_number = after.tracking_number
),
answered AS (
    INSERT INTO answers (inreplyto, message_id, message_type, subject, data)
    SELECT inreplyto, message_id, message_type, subject, data
      FROM unnest($3::answer_row[])
),
numbered AS (
    UPDATE sequences
       SET last = taken.last
      FROM unnest($4::text[], $5::text[], $6::bigint[]) AS taken (topic, subject, last)
     WHERE sequences.topic = taken.topic
       AND sequences.subject = taken.subject
)
INSERT INTO notices (subject, fact, audience, decided_at, message_type, message_id,
                     participantsequence, because)
SELECT subject, fact, audience, $7, message_type, message_id, participantsequence, because
  FROM unnest($8::notice_row[]);
