UPDATE report_acts
   SET state = given.state, reasons = given.reasons::jsonb
  FROM unnest($1::text[], $2::text[], $3::text[]) AS given (message_id, state, reasons)
 WHERE report_acts.message_id = given.message_id
   AND report_acts.state = 'sent';
