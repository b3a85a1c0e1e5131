-- The operator may not read the free text of requests, nor the digests of messages.
REVOKE SELECT ON words, messages, requests FROM {operator};
GRANT SELECT (tracking_number, request_id, participant, reference, first_record, facts, published,
              confided, ended, ended_at, accepted_at)
    ON requests TO {operator};

-- A restore advances the sequence (sql/pass_tracking_numbers.sql).
GRANT UPDATE ON SEQUENCE tracking_numbers TO {service};

GRANT EXECUTE ON FUNCTION load_batch_1 TO {service};
