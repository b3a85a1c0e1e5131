WITH forgotten AS (
    DELETE FROM announced
)
UPDATE catch_ups
   SET finished_at = now()
 WHERE finished_at IS NULL;
