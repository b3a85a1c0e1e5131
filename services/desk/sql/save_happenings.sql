INSERT INTO happenings (request_id, event_id, number, at, type, sentence, data)
SELECT request_id, event_id, number, at, type, sentence, data::jsonb
  FROM unnest(
           $1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[]
       ) AS happening (request_id, event_id, number, at, type, sentence, data);
