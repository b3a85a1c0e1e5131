-- The number of the message that ended the check of a report, or the replies to it: it has ended while that is the last
-- message about it.
ALTER TABLE reports ADD COLUMN ended bigint;
