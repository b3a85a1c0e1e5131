-- After a kill the same range is found and kept again.
INSERT INTO unreadable_ranges (topic, partition, from_offset, until_offset, reason, error, batch)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (topic, partition, from_offset) DO NOTHING;
