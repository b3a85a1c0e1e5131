-- Never moves back: another process may have written a later time.
INSERT INTO read_to (as_of)
VALUES ($1)
    ON CONFLICT (id) DO UPDATE
   SET as_of = excluded.as_of
 WHERE excluded.as_of > read_to.as_of;
