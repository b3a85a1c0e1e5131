-- The first reason stays: later ones may only be its consequences.
UPDATE checkpoints
   SET refused_because = coalesce(refused_because, $3)
 WHERE topic = $1 AND partition = $2;
