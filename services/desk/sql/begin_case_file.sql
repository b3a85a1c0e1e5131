INSERT INTO case_files (message_id, tracking_number, actor, purpose)
VALUES ($1, $2, $3, $4);
