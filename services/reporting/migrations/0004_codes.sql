-- What a request asks for: the ids of its topics, and codes. NULL in rows that an earlier release wrote,
-- until `continuum rebuild reporting` computes them again.
ALTER TABLE requests
  ADD COLUMN topics        text[],
  ADD COLUMN service_forms text[],
  ADD COLUMN goals         text[];
