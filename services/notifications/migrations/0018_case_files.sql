-- Restricted: notes that were handed on, for the file of their request.
CREATE TABLE notes (
    fact            uuid        PRIMARY KEY,
    tracking_number text        NOT NULL,
    stated_at       timestamptz NOT NULL,
    participant     text        NOT NULL,
    about           text        NOT NULL,
    answer          text,
    note            text        NOT NULL
);

CREATE INDEX notes_tracking_number ON notes (tracking_number);

CREATE TYPE note_row AS (
    fact            uuid,
    tracking_number text,
    stated_at       timestamptz,
    participant     text,
    about           text,
    answer          text,
    note            text
);

CREATE TYPE mail_row AS (
    contact_id text,
    state      text,
    status     text
);
