-- Waits for the batches and the matchers that may still count by an older calendar: they hold these
-- locks. Those that begin later read the catalog behind them.
WITH lanes_locked AS MATERIALIZED (SELECT lane FROM lanes ORDER BY lane FOR UPDATE),
     batches_locked AS MATERIALIZED (
         SELECT topic FROM checkpoints ORDER BY topic, partition FOR UPDATE),
     waited AS MATERIALIZED (
         SELECT (SELECT count(*) FROM lanes_locked) + (SELECT count(*) FROM batches_locked))
UPDATE calendar_sweep
   SET version = $1::bigint, swept_to = ''
  FROM waited
 WHERE version <> $1::bigint;
