-- Facts change rarely, the state several times: room on each page keeps updates cheap.
CREATE TABLE requests (
    tracking_number   text        PRIMARY KEY,
    participant       text        NOT NULL,
    agency_name       text        NOT NULL,
    cri_type          text        NOT NULL,
    agency_class      text        NOT NULL,
    state             text        NOT NULL,
    sworn_band        text,
    topics            text        NOT NULL,
    service_forms     text        NOT NULL,
    wished_from       date,
    wished_until      date,
    contact_ids       text        NOT NULL,
    published         integer     NOT NULL CHECK (published > 0),
    status            text        NOT NULL,
    since             timestamptz NOT NULL,
    sentence          text        NOT NULL,
    provider_sentence text,
    program           text,
    provider          text,
    offer_id          text,
    expires_at        timestamptz,
    engagement_id     text
) WITH (fillfactor = 70);

COMMENT ON COLUMN requests.topics IS 'codes, separated by spaces; so are service_forms';
COMMENT ON COLUMN requests.contact_ids IS 'a JSON list: the ids are the sender''s own words';
COMMENT ON COLUMN requests.published IS 'notices decided about this request';
COMMENT ON COLUMN requests.expires_at IS 'there while an offer is open';

CREATE INDEX requests_participant ON requests (participant, tracking_number);
CREATE INDEX requests_provider ON requests (provider, tracking_number) WHERE provider IS NOT NULL;
