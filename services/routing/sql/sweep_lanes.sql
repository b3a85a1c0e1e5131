UPDATE lanes
   SET swept_to = 0
 WHERE program = ANY ($1::text[]);
