-- Stores the windows as this process has them; deletes those that it does not have.
WITH gone AS (
    DELETE FROM retention_windows
     WHERE what <> ALL ($1::text[])
)
INSERT INTO retention_windows AS noted (what, setting, kept, has_ends, is_copy)
SELECT what, setting, kept, has_ends, is_copy
  FROM unnest($1::text[], $2::text[], $3::interval[], $4::boolean[], $5::boolean[])
       AS named (what, setting, kept, has_ends, is_copy)
 ORDER BY what
    ON CONFLICT (what) DO UPDATE
   SET setting     = excluded.setting,
       kept        = excluded.kept,
       has_ends    = excluded.has_ends,
       is_copy     = excluded.is_copy,
       gone_before = NULL,
       next_at     = now()
 WHERE (noted.setting, noted.kept, noted.has_ends, noted.is_copy)
    IS DISTINCT FROM (excluded.setting, excluded.kept, excluded.has_ends, excluded.is_copy);
