-- Only the person who opened a case file may read its contents.
REVOKE SELECT ON case_files FROM {operator};
GRANT SELECT (message_id, tracking_number, actor, purpose, asked_at, until) ON case_files TO {operator};

-- Only the office may see the names behind pseudonyms, and only the desk the hashes of browsers' secrets.
REVOKE SELECT ON people, sessions, sign_ins FROM {operator};
GRANT SELECT (issuer, subject, actor, added_at, added_by, disabled_at) ON people TO {operator};
GRANT SELECT (issuer, subject, roles, signed_in_at, seen_at, ends_at) ON sessions TO {operator};
GRANT SELECT (started_at) ON sign_ins TO {operator};
