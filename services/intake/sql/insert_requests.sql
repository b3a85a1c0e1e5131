INSERT INTO requests (tracking_number, request_id, participant, reference, content, first_record,
                      facts, published, confided, accepted_at)
SELECT tracking_number, request_id, participant, reference, content, first_record,
       facts, published, confided, now()
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[],
              $7::json[], $8::bigint[], $9::bigint[])
       AS accepted (tracking_number, request_id, participant, reference, content, first_record,
                    facts, published, confided)
 ORDER BY tracking_number;
