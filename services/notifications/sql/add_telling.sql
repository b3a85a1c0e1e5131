INSERT INTO tellings (fact, kind, about, number, due_at, released, reported)
SELECT $1, $2, $3, $4, $5,
       coalesce((SELECT max(month) FROM releases), ''),
       coalesce((SELECT max(number) FROM published_news), 0)
    ON CONFLICT (fact) DO NOTHING;
