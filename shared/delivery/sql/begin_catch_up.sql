INSERT INTO catch_ups (found)
VALUES ($1);
