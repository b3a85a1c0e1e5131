UPDATE work_items
   SET taken_by = $2, taken_until = now() + $3::interval
 WHERE item_id = $1
   AND closed_at IS NULL
   AND number IS NOT NULL
   AND (taken_by IS NULL OR taken_by = $2 OR taken_until <= now())
RETURNING item_id;
