INSERT INTO readings (id_hash, reference, engagement_id, report_id, stage, version, message_id)
VALUES ($1, $2, $3, $4, $5, $6, $7);
