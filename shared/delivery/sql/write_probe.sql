INSERT INTO write_probe (written_at)
VALUES (now())
    ON CONFLICT (id) DO UPDATE
   SET written_at = excluded.written_at;
