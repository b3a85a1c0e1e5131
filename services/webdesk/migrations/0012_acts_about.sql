-- What a provider did about one thing is looked up by that: its other acts are not read. It replaces the index by
-- kind, which nothing asks for.
DROP INDEX acts_of_provider;
CREATE INDEX acts_about ON provider_acts (provider, about, sent_at);
