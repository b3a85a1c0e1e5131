-- The openings of engagements by program, for the list of those that are assessed in public. One row of
-- `happenings` in many is one, and none changes.
CREATE INDEX happenings_opened ON happenings ((data ->> 'program'), request_id)
 WHERE type = 'engagement_opened';
