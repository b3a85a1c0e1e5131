INSERT INTO report_acts (message_id, reference, engagement_id, report_id, stage, version)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (message_id) DO NOTHING
RETURNING message_id;
