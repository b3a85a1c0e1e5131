-- How to reach people, what they wrote, and answers that repeat it.
REVOKE SELECT ON needs, contacts, answers, waiting_repeats, waiting_notes FROM {operator};
GRANT SELECT (inreplyto, message_id, message_type, subject) ON answers TO {operator};

GRANT EXECUTE ON FUNCTION load_batch_1, load_batch_2 TO {service};
