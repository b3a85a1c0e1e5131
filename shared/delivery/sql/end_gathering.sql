UPDATE catch_ups
   SET gathered_at = now(),
       events      = (SELECT count(*) FROM announced)
 WHERE finished_at IS NULL
RETURNING events;
