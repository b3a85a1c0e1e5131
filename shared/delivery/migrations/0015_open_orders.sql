-- Every process looks for open orders each second, and each look at the metrics counts the dead letters that
-- nobody has answered for. Orders are kept for ever, as are dead letters that were answered: neither look reads
-- them. An order's outcome stays in `operations`, too, for this index.
CREATE INDEX operations_unsettled ON operations (id) WHERE outcome IS NULL;
CREATE INDEX dead_letters_unanswered ON dead_letters (failed_at) WHERE NOT answered;
