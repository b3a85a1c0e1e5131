-- Operators see no answers and no addresses. Only the public desk sees the hashes of browsers' secrets and of
-- the networks that people come from.
REVOKE SELECT ON drafts, sessions, starts, asks, link_uses, codes, codes_asked, requests,
              provider_sessions, readings FROM {operator};
GRANT SELECT (draft_id, reference, state, started_at, changed_at, expires_at, times_sent, sent_at,
              contact_message, request_message, tracking_number) ON drafts TO {operator};
GRANT SELECT (draft_id, started_at, seen_at) ON sessions TO {operator};
GRANT SELECT (started_at) ON starts TO {operator};
GRANT SELECT (asked_at) ON asks TO {operator};
GRANT SELECT (used_at) ON link_uses TO {operator};
GRANT SELECT (about, tries, expires_at) ON codes TO {operator};
GRANT SELECT (asked_at) ON codes_asked TO {operator};
GRANT SELECT (reference, agency, sent_at, tracking_number, status, since, sentence, program, provider, next_what,
              next_by, last, withdrawn_at, ended_at) ON requests TO {operator};
GRANT SELECT (reference, engagement_id, report_id, stage, message_id, started_at, state) ON readings TO {operator};
GRANT SELECT (provider, offer_id, confirmed_at, started_at, seen_at) ON provider_sessions TO {operator};
