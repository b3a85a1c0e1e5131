-- If the same record blocks again, even in a later process, `since` stays.
INSERT INTO blocked_partitions AS known (topic, partition, "offset", reason, error)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (topic, partition) DO UPDATE
   SET "offset" = excluded."offset",
       reason   = excluded.reason,
       error    = excluded.error,
       since    = CASE WHEN known."offset" = excluded."offset" THEN known.since ELSE now() END;
