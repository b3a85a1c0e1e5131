UPDATE checkpoints
   SET stopped_by = $3, failures = $4::jsonb
 WHERE topic = $1 AND partition = $2;
