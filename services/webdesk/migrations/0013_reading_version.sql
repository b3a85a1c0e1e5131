-- The version that a reading is of: an answer speaks of the version that was read. 0: begun before this was noted.
ALTER TABLE readings ADD COLUMN version integer NOT NULL DEFAULT 0;
