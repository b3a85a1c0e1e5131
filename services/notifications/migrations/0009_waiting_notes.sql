-- Restricted: what providers wrote with an answer or a report, until it is known whether that was
-- applied. Then it is handed on, or dropped.
CREATE TABLE waiting_notes (
    inreplyto text  PRIMARY KEY,
    key       bytea NOT NULL,
    event     bytea NOT NULL
);
