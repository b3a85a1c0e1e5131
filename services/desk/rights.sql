-- What a case file tells is for the person who opened it.
REVOKE SELECT ON case_files FROM {operator};
GRANT SELECT (message_id, tracking_number, actor, purpose, asked_at, until) ON case_files TO {operator};

-- Names behind pseudonyms are for the office; what a browser holds, and its hash, for the desk alone.
REVOKE SELECT ON people, sessions, sign_ins FROM {operator};
GRANT SELECT (issuer, subject, actor, added_at, added_by, disabled_at) ON people TO {operator};
GRANT SELECT (issuer, subject, roles, signed_in_at, seen_at, ends_at) ON sessions TO {operator};
GRANT SELECT (started_at) ON sign_ins TO {operator};
