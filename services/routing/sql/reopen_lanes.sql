-- Sweep all lanes again: capacities may differ from those before the restore.
INSERT INTO lanes (lane, program, swept_to)
SELECT DISTINCT lane, program, 0
  FROM requests
 WHERE queue_number IS NOT NULL
    ON CONFLICT (lane) DO UPDATE
   SET swept_to = 0;
