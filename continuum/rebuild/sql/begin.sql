INSERT INTO rebuild.begun (build)
VALUES ($1);
