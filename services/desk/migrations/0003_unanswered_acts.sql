-- For the age of the oldest act without an answer, which metrics show.
CREATE INDEX acts_unanswered ON acts (sent_at) WHERE answer IS NULL;
