UPDATE catch_ups
   SET folded_at = now()
 WHERE finished_at IS NULL;
