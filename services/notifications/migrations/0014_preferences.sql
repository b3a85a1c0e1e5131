-- Which mails a contact gets, and when. Without a row it has chosen nothing.
CREATE TABLE preferences (
    participant text NOT NULL,
    contact_id  text NOT NULL,
    kinds       text NOT NULL,
    quiet_from  time,
    quiet_until time,
    zone        text,
    PRIMARY KEY (participant, contact_id)
);

-- How soon a mail goes out; one of an earlier release goes out at once. A mail with a digest_at, which is
-- by the business clock, is told in the digest of that moment.
ALTER TABLE mails ADD COLUMN matter    text NOT NULL DEFAULT 'status';
ALTER TABLE mails ADD COLUMN timing      text NOT NULL DEFAULT 'urgent';
ALTER TABLE mails ADD COLUMN digest_at timestamptz;
CREATE INDEX mails_in_digests ON mails (audience, contact_id)
 WHERE digest_at IS NOT NULL AND state IN ('prepared', 'try_later');
CREATE INDEX mails_that_are_digests ON mails (state) WHERE kind = 'digest';
