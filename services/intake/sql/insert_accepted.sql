-- Two tables and the ids in one round trip: most batches are small.
WITH accepted AS (
    INSERT INTO requests (tracking_number, request_id, participant, reference, content,
                          first_record, facts, published, confided, accepted_at)
    SELECT tracking_number, request_id, participant, reference, content, first_record,
           facts, published, confided, now()
      FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[],
                  $7::json[], $8::bigint[], $9::bigint[])
           AS accepted (tracking_number, request_id, participant, reference, content,
                        first_record, facts, published, confided)
     ORDER BY tracking_number
), stated AS (
    INSERT INTO words (tracking_number, said)
    SELECT tracking_number, said
      FROM unnest($10::text[], $11::json[]) AS stated (tracking_number, said)
     ORDER BY tracking_number
)
INSERT INTO messages (participant, source, id, content, first_record)
SELECT participant, source, id, content, first_record
  FROM unnest($12::text[], $13::text[], $14::text[], $15::bytea[], $16::text[])
       AS taken (participant, source, id, content, first_record)
 ORDER BY participant, source, id;
