-- Neither a subject nor a pseudonym is entered twice.
INSERT INTO people (issuer, subject, actor, name, added_by)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING
RETURNING subject;
