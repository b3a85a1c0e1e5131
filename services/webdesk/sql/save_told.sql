INSERT INTO told (message_id, tracking_number, number, at, sentence, by_mail)
SELECT given.message_id, given.tracking_number, given.number, given.at, given.sentence, given.by_mail
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::boolean[])
    AS given (message_id, tracking_number, number, at, sentence, by_mail)
  JOIN requests USING (tracking_number)
    ON CONFLICT (message_id) DO NOTHING;
