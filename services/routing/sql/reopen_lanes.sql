-- Everybody who waits is looked at again: room may have come, or gone.
INSERT INTO lanes (lane, program, swept_to)
SELECT DISTINCT lane, program, 0
  FROM requests
 WHERE queue_number IS NOT NULL
    ON CONFLICT (lane) DO UPDATE
   SET swept_to = 0;
