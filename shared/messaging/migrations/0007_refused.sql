-- Why a partition is not read any more although its topic might fit again: a topic that was made anew
-- outgrows the checkpoint of the old one some day. An operator clears it.
ALTER TABLE checkpoints ADD COLUMN refused_because text;
