SELECT id, gathered_at, folded_at, begun_at
  FROM catch_ups
 WHERE finished_at IS NULL;
