-- How to reach people, what they wrote, and answers and mails that repeat it.
REVOKE SELECT ON needs, contacts, answers, waiting_repeats, waiting_notes, notes, mails, dead_addresses, settlements, codes_sent, subscribers, do_not_send FROM {operator};
GRANT SELECT (inreplyto, message_id, message_type, subject) ON answers TO {operator};
GRANT SELECT (mail_id, fact, notice, audience, contact_id, about, template, matter, timing, state, stage, status, published, prepared_at,
              due_at, digest_at, told_in, tries, first_tried_at, claimed_at) ON mails TO {operator};
GRANT SELECT (event, mail_id, notice, audience, how, settled_at) ON settlements TO {operator};
GRANT SELECT (participant, contact_id, since) ON dead_addresses TO {operator};
GRANT SELECT (audience, zone, mailed_at) ON subscribers TO {operator};

GRANT EXECUTE ON FUNCTION load_batch_1, load_batch_2 TO {service};
