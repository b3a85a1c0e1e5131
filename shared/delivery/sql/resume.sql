-- Carries out every open order to resume a partition. With `from_start`, both offsets of the checkpoint
-- move down by next_offset, so that the counted outcomes still add up to their difference. Kept records
-- of the old topic move to negative offsets, below those of any topic before it, so that they do not
-- collide with the new topic's records.
WITH ordered AS (
    SELECT id, topic, partition, "offset", from_start
      FROM operations
     WHERE action = 'resume'
       AND outcome IS NULL
     ORDER BY id
       FOR UPDATE SKIP LOCKED),
found AS (
    SELECT ordered.id, topic, partition, coalesce(refused_because, stopped_by) AS because,
           ordered.from_start AND refused_because IS NOT NULL AS anew,
           least(first_offset, 0) - next_offset AS shift
      FROM checkpoints
      JOIN ordered USING (topic, partition)
     WHERE next_offset = ordered."offset"
       AND (stopped_by IS NOT NULL OR refused_because IS NOT NULL)
     ORDER BY topic, partition
       FOR UPDATE OF checkpoints),
settled AS (
    INSERT INTO operation_outcomes (operation, outcome, detail)
    SELECT id,
           CASE WHEN found.id IS NULL THEN 'refused' ELSE 'resumed' END,
           coalesce(because, 'it is already reading')
      FROM ordered
      LEFT JOIN found USING (id)
        ON CONFLICT (operation) DO NOTHING
    RETURNING operation, outcome),
moved_held AS (
    UPDATE held AS kept
       SET "offset" = kept."offset" + shift
      FROM found
     WHERE anew
       AND (kept.topic, kept.partition) = (found.topic, found.partition)
       AND kept."offset" >= 0),
moved_parked AS (
    UPDATE parked AS kept
       SET "offset" = kept."offset" + shift
      FROM found
     WHERE anew
       AND (kept.topic, kept.partition) = (found.topic, found.partition)
       AND kept."offset" >= 0),
moved_parked_keys AS (
    UPDATE parked_keys AS kept
       SET "offset" = kept."offset" + shift
      FROM found
     WHERE anew
       AND (kept.topic, kept.partition) = (found.topic, found.partition)
       AND kept."offset" >= 0),
moved_dead_letters AS (
    UPDATE dead_letters AS kept
       SET "offset" = kept."offset" + shift
      FROM found
     WHERE anew
       AND (kept.topic, kept.partition) = (found.topic, found.partition)
       AND kept."offset" >= 0),
moved_blocked_partitions AS (
    UPDATE blocked_partitions AS kept
       SET "offset" = kept."offset" + shift
      FROM found
     WHERE anew
       AND (kept.topic, kept.partition) = (found.topic, found.partition)
       AND kept."offset" >= 0),
cleared AS (
    UPDATE checkpoints
       SET stopped_by      = NULL,
           failures        = NULL,
           refused_because = NULL,
           first_offset    = CASE WHEN anew THEN first_offset - next_offset ELSE first_offset END,
           next_offset     = CASE WHEN anew THEN 0 ELSE next_offset END
      FROM found
     WHERE (checkpoints.topic, checkpoints.partition) = (found.topic, found.partition))
SELECT operations.action, operations.by, operations.topic, operations.partition, operations."offset",
       settled.outcome
  FROM settled
  JOIN operations ON operations.id = settled.operation
 ORDER BY operations.id;
