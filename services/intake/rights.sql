-- Free text of needs, and digests of what was sent.
REVOKE SELECT ON words, messages, requests FROM {operator};
GRANT SELECT (tracking_number, request_id, participant, reference, first_record, facts, published,
              confided, ended, ended_at, accepted_at)
    ON requests TO {operator};

-- Numbers that were given out before a restore are passed over.
GRANT UPDATE ON SEQUENCE tracking_numbers TO {service};

GRANT EXECUTE ON FUNCTION load_batch_1 TO {service};
