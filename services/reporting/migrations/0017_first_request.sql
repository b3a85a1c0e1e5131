-- When the first request was accepted: asked every few seconds until there is a release. The time does not
-- change afterwards, so that later changes of the row do not touch the index.
CREATE INDEX requests_accepted ON requests (accepted_at);
