INSERT INTO told (message_id, tracking_number, number, at, sentence)
SELECT given.message_id, given.tracking_number, given.number, given.at, given.sentence
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[])
    AS given (message_id, tracking_number, number, at, sentence)
  JOIN requests USING (tracking_number)
    ON CONFLICT (message_id) DO NOTHING;
