UPDATE acts
   SET answer = given.answer, reasons = given.reasons::jsonb, answered_at = given.at,
       tracking_number = coalesce(acts.tracking_number, given.tracking_number)
  FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
       AS given (message_id, answer, reasons, at, tracking_number)
 WHERE acts.message_id = given.message_id
   AND acts.answer IS NULL;
