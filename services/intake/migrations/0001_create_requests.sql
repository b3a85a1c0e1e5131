CREATE SEQUENCE tracking_numbers;

-- One row per accepted request. content and first_record belong to the submission that made it:
-- they recognize its repetitions. published and confided count its events on the intake and the
-- confidential topic; facts are those of the last event.
CREATE TABLE requests (
    tracking_number text        PRIMARY KEY,
    request_id      uuid        NOT NULL UNIQUE,
    participant     text        NOT NULL,
    reference       text        NOT NULL,
    content         bytea       NOT NULL,
    first_record    text        NOT NULL,
    facts           json        NOT NULL,
    published       bigint      NOT NULL,
    confided        bigint      NOT NULL,
    ended           text,
    accepted_at     timestamptz NOT NULL,
    UNIQUE (participant, reference)
) WITH (fillfactor = 80);

-- Every message that was not refused, by the id its sender gave it. first_record is the record
-- whose answer a repetition repeats. Written only under the checkpoint of the participant's topic,
-- which has one partition: nobody else can be writing the same key.
CREATE TABLE messages (
    participant  text  NOT NULL,
    source       text  NOT NULL,
    id           text  NOT NULL,
    content      bytea NOT NULL,
    first_record text  NOT NULL,
    PRIMARY KEY (participant, source, id)
);

-- The words of a request as they now are: restricted, never on a topic but the confidential one.
CREATE TABLE words (
    tracking_number text PRIMARY KEY REFERENCES requests,
    said            json NOT NULL
);
