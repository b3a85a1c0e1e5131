INSERT INTO releases (month)
SELECT unnest($1::text[])
    ON CONFLICT (month) DO NOTHING;
