-- Why a partition is not read any more although its topic might fit again: a topic that was made anew
-- outgrows the checkpoint of the old one some day. An operator clears it.
ALTER TABLE checkpoints ADD COLUMN refused_because text;

-- Who let a service read on, and why, is kept with the other orders.
ALTER TABLE operations DROP CONSTRAINT operations_action_check;
ALTER TABLE operations ADD CONSTRAINT operations_action_check
    CHECK (action IN ('replay', 'discard', 'resume'));
ALTER TABLE operations DROP CONSTRAINT operations_outcome_check;
ALTER TABLE operations ADD CONSTRAINT operations_outcome_check
    CHECK (outcome IN ('released', 'discarded', 'failed_again', 'refused', 'resumed'));
