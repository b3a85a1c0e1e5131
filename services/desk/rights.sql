-- What a case file tells is for the person who opened it.
REVOKE SELECT ON case_files FROM {operator};
GRANT SELECT (message_id, tracking_number, actor, purpose, asked_at, until) ON case_files TO {operator};
