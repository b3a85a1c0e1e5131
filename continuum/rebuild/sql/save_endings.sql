-- A request ends once: events after the first ending change nothing.
INSERT INTO rebuild.requests (tracking_number, ended, ended_at)
SELECT tracking_number, ended, ended_at
  FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS ending (tracking_number, ended, ended_at)
    ON CONFLICT (tracking_number) DO NOTHING;
