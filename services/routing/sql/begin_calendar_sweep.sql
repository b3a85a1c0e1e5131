-- Waits for the batches and matchers that may still count by an older calendar: they hold these locks.
-- Later ones wait for these locks, then read the new catalog.
WITH lanes_locked AS MATERIALIZED (SELECT lane FROM lanes ORDER BY lane FOR UPDATE),
     batches_locked AS MATERIALIZED (
         SELECT topic FROM checkpoints ORDER BY topic, partition FOR UPDATE),
     waited AS MATERIALIZED (
         SELECT (SELECT count(*) FROM lanes_locked) + (SELECT count(*) FROM batches_locked))
UPDATE calendar_sweep
   SET version = $1::bigint, swept_to = ''
  FROM waited
 WHERE version <> $1::bigint;
