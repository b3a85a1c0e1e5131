-- A request ends once: events after the first ending change nothing.
INSERT INTO rebuild.requests (tracking_number, ended)
SELECT tracking_number, ended
  FROM unnest($1::text[], $2::text[]) AS ending (tracking_number, ended)
    ON CONFLICT (tracking_number) DO NOTHING;
