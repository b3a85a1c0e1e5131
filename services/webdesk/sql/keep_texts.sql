UPDATE readings
   SET state = 'told', report = given.report::jsonb
  FROM unnest($1::text[], $2::text[]) AS given (message_id, report)
 WHERE readings.message_id = given.message_id;
