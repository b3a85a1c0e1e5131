UPDATE readings
   SET state = 'refused', reasons = given.reasons::jsonb
  FROM unnest($1::text[], $2::text[]) AS given (message_id, reasons)
 WHERE readings.message_id = given.message_id;
