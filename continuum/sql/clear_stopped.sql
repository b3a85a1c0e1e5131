-- From the start: the outcomes counted so far go on adding up to what is between the two offsets.
UPDATE checkpoints
   SET stopped_by      = NULL,
       failures        = NULL,
       refused_because = NULL,
       first_offset    = CASE WHEN anew THEN first_offset - next_offset ELSE first_offset END,
       next_offset     = CASE WHEN anew THEN 0 ELSE next_offset END
  FROM (SELECT topic, partition, $1::boolean AND refused_because IS NOT NULL AS anew
          FROM checkpoints) AS found
 WHERE (checkpoints.topic, checkpoints.partition) = (found.topic, found.partition)
   AND (stopped_by IS NOT NULL OR refused_because IS NOT NULL);
