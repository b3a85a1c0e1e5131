-- From the start: the outcomes counted so far go on adding up to what is between the two offsets.
WITH found AS (
    SELECT topic, partition, next_offset, coalesce(refused_because, stopped_by) AS because,
           $1::boolean AND refused_because IS NOT NULL AS anew
      FROM checkpoints
     WHERE stopped_by IS NOT NULL
        OR refused_because IS NOT NULL
     ORDER BY topic, partition
       FOR UPDATE),
kept AS (
    INSERT INTO operations (action, topic, partition, "offset", by, why, outcome, detail, carried_out_at)
    SELECT 'resume', topic, partition, next_offset, $2::text, $3::text, 'resumed', because, now()
      FROM found)
UPDATE checkpoints
   SET stopped_by      = NULL,
       failures        = NULL,
       refused_because = NULL,
       first_offset    = CASE WHEN anew THEN first_offset - found.next_offset ELSE first_offset END,
       next_offset     = CASE WHEN anew THEN 0 ELSE found.next_offset END
  FROM found
 WHERE (checkpoints.topic, checkpoints.partition) = (found.topic, found.partition);
