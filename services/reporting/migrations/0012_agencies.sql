-- Which agency a request is for: its ORI, or a hash. NULL in rows that were folded before, until
-- `continuum rebuild reporting` computes them again.
ALTER TABLE requests ADD COLUMN agency text;
