INSERT INTO operation_outcomes (operation, outcome, detail, cause, parking_key)
VALUES ($1, $2, $3, $4, $5);
