-- Up to which of its events the log says the whole state of a request. What an earlier release
-- publishes moves `published` alone: then the state is recorded on the log (again).
ALTER TABLE requests ADD COLUMN recorded bigint NOT NULL DEFAULT 0;
CREATE INDEX requests_unrecorded ON requests (tracking_number) WHERE recorded < published;
