INSERT INTO retention_orders (by, why)
VALUES ($1, $2)
RETURNING asked_at;
