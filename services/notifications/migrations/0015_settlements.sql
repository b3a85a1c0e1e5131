-- What a person has settled about a mail, or about the notice whose last mail it is. Restricted: `why` is
-- that person's words.
CREATE TABLE settlements (
    event      uuid        PRIMARY KEY,
    mail_id    uuid        NOT NULL,
    how        text        NOT NULL,
    why        text        NOT NULL,
    settled_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX settlements_of_mail ON settlements (mail_id);
CREATE INDEX settlements_counted ON settlements (how);
CREATE INDEX mails_of_notice ON mails (notice, audience);

ALTER TABLE mails DROP CONSTRAINT mails_state_check;
ALTER TABLE mails ADD CONSTRAINT mails_state_check CHECK (state IN (
    'prepared', 'sending', 'try_later', 'accepted', 'refused', 'gave_up', 'outcome_unknown',
    'cancelled', 'counted_as_delivered', 'dropped'));
