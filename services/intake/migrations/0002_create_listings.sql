-- When each participant asked for a list last, and how many pages followed. Written only under the
-- checkpoint of the participant's one topic.
CREATE TABLE listings (
    participant text        NOT NULL,
    about       text        NOT NULL,
    since       timestamptz NOT NULL,
    pages       integer     NOT NULL,
    PRIMARY KEY (participant, about)
);
