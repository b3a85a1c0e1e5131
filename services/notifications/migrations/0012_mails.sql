-- Mails, from their obligation on. Addresses are in contacts alone, and looked up at each try.
CREATE TABLE mails (
    mail_id        uuid        PRIMARY KEY,
    fact           uuid        NOT NULL,
    notice         uuid        NOT NULL,
    audience       text        NOT NULL,
    contact_id     text        NOT NULL,
    correlation    text        NOT NULL,
    key            bytea       NOT NULL,
    about          text        NOT NULL,
    number         bigint      NOT NULL,
    kind           text        NOT NULL,
    template       text        NOT NULL,
    facts          text        NOT NULL,
    state          text        NOT NULL DEFAULT 'prepared' CHECK (state IN (
                       'prepared', 'sending', 'try_later', 'accepted', 'refused', 'gave_up',
                       'outcome_unknown', 'cancelled')),
    stage          text,
    status         text,
    published      integer     NOT NULL DEFAULT 0,
    prepared_at    timestamptz NOT NULL DEFAULT now(),
    due_at         timestamptz NOT NULL DEFAULT now(),
    tries          integer     NOT NULL DEFAULT 0,
    first_tried_at timestamptz,
    claimed_at     timestamptz
);

CREATE INDEX mails_due ON mails (due_at, mail_id) WHERE state IN ('prepared', 'try_later');
CREATE INDEX mails_claimed ON mails (claimed_at, mail_id) WHERE state = 'sending';
CREATE INDEX mails_about ON mails (about, audience);
CREATE INDEX mails_counted ON mails (state, stage, status, prepared_at);
