INSERT INTO releases (month, sha256, published_at, body)
VALUES ($1, $2, $3, $4::text::jsonb)
    ON CONFLICT (month) DO NOTHING;
