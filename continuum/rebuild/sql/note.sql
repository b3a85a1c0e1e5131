INSERT INTO rebuilds (effects, by, why, records, rows, outcome, differing, names)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text[]);
