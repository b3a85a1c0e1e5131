-- No lock is needed: the requests $1 have ended, so no amendment writes these rows.
DELETE FROM words
 WHERE tracking_number = ANY ($1::text[]);
