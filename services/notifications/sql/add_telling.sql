INSERT INTO tellings (fact, kind, about, number, due_at, released)
SELECT $1, $2, $3, $4, $5, coalesce(max(month), '')
  FROM releases
    ON CONFLICT (fact) DO NOTHING;
