-- When a request ended, by the business clock: as long after that its words are kept. Requests that ended before
-- this release count from now, which keeps their words longer, never shorter.
ALTER TABLE requests ADD COLUMN ended_at timestamptz;
UPDATE requests SET ended_at = now() WHERE ended IS NOT NULL;
CREATE INDEX requests_ended ON requests (ended_at) WHERE ended_at IS NOT NULL;

-- A process of an earlier release writes the end without its time, and an event may have none that can be
-- read.
CREATE FUNCTION note_ended_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.ended_at := CASE WHEN NEW.ended IS NOT NULL THEN coalesce(NEW.ended_at, now()) END;
    RETURN NEW;
END $$;
CREATE TRIGGER note_ended_at BEFORE UPDATE OF ended ON requests
    FOR EACH ROW WHEN (NEW.ended IS DISTINCT FROM OLD.ended)
    EXECUTE FUNCTION note_ended_at();

CREATE OR REPLACE VIEW retained (
    what, key, since, earliest, requests, participant, contact_id, subscription_id, own_of
) AS
SELECT 'words'::text, tracking_number, ended_at, ended_at, ARRAY[tracking_number], participant, NULL::text,
       NULL::text, NULL::text
  FROM words
  JOIN requests USING (tracking_number);
