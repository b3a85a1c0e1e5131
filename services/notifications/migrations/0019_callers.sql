-- Contacts of agencies that called a program office, beside the office's own. Mail to the office goes
-- to its own alone.
ALTER TABLE contacts ADD COLUMN of_caller boolean NOT NULL DEFAULT false;
CREATE INDEX contacts_own ON contacts (participant, contact_id)
 WHERE email IS NOT NULL AND NOT of_caller;

CREATE TYPE contact_row_2 AS (
    participant text,
    contact_id  text,
    name        text,
    title       text,
    email       text,
    phone       text,
    zone        text,
    of_caller   boolean
);

-- Whether somebody must call: the message is for an agency that no mail reaches.
ALTER TABLE notices ADD COLUMN call boolean NOT NULL DEFAULT false;

CREATE TYPE notice_row_2 AS (
    subject             text,
    fact                uuid,
    audience            text,
    message_type        text,
    message_id          uuid,
    participantsequence bigint,
    because             text,
    call                boolean
);
