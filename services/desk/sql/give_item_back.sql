UPDATE work_items
   SET taken_by = NULL, taken_until = NULL
 WHERE item_id = $1 AND taken_by = $2
RETURNING item_id;
