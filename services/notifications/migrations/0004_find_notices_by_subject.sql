-- One index instead of two, and its entries come in the order of subjects, not of random ids. A
-- fact has one subject: there is still one decision at most for each (fact, audience).
DROP INDEX notices_subject;
ALTER TABLE notices
    DROP CONSTRAINT notices_pkey,
    ADD PRIMARY KEY (subject, fact, audience);
