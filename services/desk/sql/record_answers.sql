UPDATE acts
   SET answer = given.answer, reasons = given.reasons::jsonb, answered_at = given.at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
       AS given (message_id, answer, reasons, at)
 WHERE acts.message_id = given.message_id
   AND acts.answer IS NULL;
