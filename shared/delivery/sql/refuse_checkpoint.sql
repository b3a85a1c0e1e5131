-- The first reason stays: what is said later may only be what followed from it.
UPDATE checkpoints
   SET refused_because = coalesce(refused_because, $3)
 WHERE topic = $1 AND partition = $2;
