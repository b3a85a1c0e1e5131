INSERT INTO tellings (fact, kind, about, number, due_at)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (fact) DO NOTHING;
