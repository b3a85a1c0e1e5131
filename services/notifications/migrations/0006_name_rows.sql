-- Rows as a batch hands them over: an array of them is one value, where an array for each column is
-- many. They are types of their own, so that a table may get a column while older code is live.
CREATE TYPE request_row AS (
    tracking_number   text,
    participant       text,
    agency_name       text,
    cri_type          text,
    agency_class      text,
    state             text,
    sworn_band        text,
    topics            text,
    service_forms     text,
    wished_from       date,
    wished_until      date,
    contact_ids       text,
    status            text,
    since             timestamptz,
    sentence          text,
    provider_sentence text,
    program           text,
    provider          text,
    offer_id          text,
    expires_at        timestamptz,
    engagement_id     text,
    published         integer
);

CREATE TYPE request_state AS (
    tracking_number   text,
    status            text,
    since             timestamptz,
    sentence          text,
    provider_sentence text,
    program           text,
    provider          text,
    offer_id          text,
    expires_at        timestamptz,
    engagement_id     text,
    published         integer
);

CREATE TYPE answer_row AS (
    inreplyto    text,
    message_id   uuid,
    message_type text,
    subject      text,
    data         bytea
);

CREATE TYPE notice_row AS (
    subject             text,
    fact                uuid,
    audience            text,
    message_type        text,
    message_id          uuid,
    participantsequence bigint,
    because             text
);
