DELETE FROM case_files
 WHERE message_id = ANY ($1::text[]);
