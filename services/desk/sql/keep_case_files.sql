UPDATE case_files
   SET told = given.told::jsonb, until = now() + $3::interval
  FROM unnest($1::text[], $2::text[]) AS given (message_id, told)
 WHERE case_files.message_id = given.message_id
   AND case_files.told IS NULL;
