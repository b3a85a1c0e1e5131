-- Everything that a batch writes. Existing rows of requests are locked already. Numbers are written
-- under the lock with which they were read, or under what guards them: the checkpoint of the sender's
-- only topic for its answers, the lock on the request for an assessment.
WITH accepted AS (
    INSERT INTO requests (tracking_number, request_id, participant, reference, content,
                          first_record, facts, published, confided, accepted_at)
    SELECT tracking_number, request_id::uuid, participant, reference, content, first_record,
           convert_from(facts, 'UTF8')::json, published, confided, now()
      FROM unnest($5::request_row[]) AS request
      JOIN unnest($6::submission_row[]) AS submission
     USING (tracking_number)
     ORDER BY tracking_number
),
changed AS (
    UPDATE requests
       SET facts     = convert_from(after.facts, 'UTF8')::json,
           published = after.published,
           confided  = after.confided,
           ended     = after.ended,
           ended_at  = coalesce(requests.ended_at, ending.at)
      FROM unnest($7::request_row[]) AS after
      LEFT JOIN unnest($12::text[], $13::timestamptz[]) AS ending (tracking_number, at)
     USING (tracking_number)
     WHERE requests.tracking_number = after.tracking_number
),
stated AS (
    INSERT INTO words (tracking_number, said)
    SELECT tracking_number, convert_from(need, 'UTF8')::json
      FROM unnest($8::need_row[])
     ORDER BY tracking_number
        ON CONFLICT (tracking_number) DO UPDATE
       SET said = excluded.said
),
identified AS (
    INSERT INTO messages (participant, source, id, content, first_record)
    SELECT participant, source, id, content, first_record
      FROM unnest($9::message_row[])
     ORDER BY participant, source, id
),
numbered AS (
    INSERT INTO sequences (topic, subject, last)
    SELECT topic, subject, last
      FROM unnest($10::number_row[])
     ORDER BY topic, subject
        ON CONFLICT (topic, subject) DO UPDATE
       SET last = excluded.last
),
listed AS (
    INSERT INTO listings (participant, about, since, pages)
    SELECT participant, about, since, pages
      FROM unnest($11::list_use_row[])
     ORDER BY participant, about
        ON CONFLICT (participant, about) DO UPDATE
       SET since = excluded.since, pages = excluded.pages
)
SELECT *
  FROM settle_round_2($1::outbox_row[], $2::checkpoint_step[], $3::gate_step[], $4::count_row[]);
