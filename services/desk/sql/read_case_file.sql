SELECT tracking_number, purpose, told, until
  FROM case_files
 WHERE message_id = $1
   AND actor = $2
   AND (until IS NULL OR until > now());
