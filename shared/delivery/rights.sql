-- Messages may hold contacts and free text, so the operator may read only the columns around them.
REVOKE SELECT ON dead_letters, held, parked, outbox, set_aside, announced, unreadable_ranges
    FROM {operator};
GRANT SELECT (topic, partition, "offset", at, reason, error, parking_key, failed_at, answered)
    ON dead_letters TO {operator};
GRANT SELECT (topic, id, partition, "offset", type, subject, number, cause, at)
    ON announced TO {operator};
GRANT SELECT (topic, partition, from_offset, until_offset, reason, error, noticed_at)
    ON unreadable_ranges TO {operator};
GRANT SELECT (id, for_topic, for_subject, for_number, topic, partition, "offset", at, held_at)
    ON held TO {operator};
GRANT SELECT (id, parking_key, topic, partition, "offset", at, parked_at) ON parked TO {operator};
GRANT SELECT (id, event_id, topic, appended_at) ON outbox TO {operator};
GRANT SELECT (id, event_id, topic, reason, set_aside_at) ON set_aside TO {operator};
GRANT EXECUTE ON FUNCTION envelope_of(bytea), read_contents(bigint) TO {operator};

-- The operator adds orders and records of access; the database adds the role and the time.
GRANT INSERT (action, topic, partition, "offset", by, why, again, from_start)
    ON operations TO {operator};
GRANT INSERT (topic, partition, "offset", by, why) ON accesses TO {operator};

GRANT EXECUTE ON FUNCTION open_batch_1, lock_numbers_1, settle_round_1, settle_round_2 TO {service};

-- The service carries out orders. It needs a right to update them, to lock one; an earlier version also
-- writes the outcome there.
REVOKE INSERT, UPDATE, DELETE ON operations, operation_outcomes, rebuilds, accesses, lost_ranges,
    lost_numbers, unreadable_ranges FROM {service};
REVOKE SELECT ON accesses FROM {service};
GRANT UPDATE (outcome, detail, cause, parking_key, carried_out_at) ON operations TO {service};
GRANT INSERT ON operation_outcomes, lost_ranges, lost_numbers, unreadable_ranges TO {service};
REVOKE INSERT, UPDATE, DELETE ON dead_letters_without_contents, unsent_without_contents
    FROM {service};

-- The relay vacuums the outbox itself: autovacuum comes too seldom.
GRANT MAINTAIN ON outbox TO {service};
