-- Those of the keys $10, which are locked, that are due all the same: by their keys, because others wait for
-- the locks.
SELECT key
  FROM kept_long_enough_1($1, $2, $3, $4, $5, $6, $7, $8, $9)
 WHERE key = ANY ($10::text[]);
