-- Notices to an office that must call, as no mail reaches the agency. `correlation` is that of the fact.
CREATE TABLE calls (
    notice      uuid NOT NULL,
    audience    text NOT NULL,
    fact        uuid NOT NULL,
    correlation text NOT NULL,
    PRIMARY KEY (notice, audience)
);

CREATE INDEX calls_of_fact ON calls (fact, audience);

-- A settlement is about a mail, or about a call.
ALTER TABLE settlements ALTER COLUMN mail_id DROP NOT NULL;
ALTER TABLE settlements ADD COLUMN notice uuid;
ALTER TABLE settlements ADD COLUMN audience text;
ALTER TABLE settlements ADD CONSTRAINT settlements_of_one CHECK ((mail_id IS NULL) = (notice IS NOT NULL));
CREATE UNIQUE INDEX settlements_of_call ON settlements (notice, audience) WHERE notice IS NOT NULL;
