-- Which of the locked keys $10 are still due. They are looked up by key, because others wait for the locks.
SELECT key
  FROM kept_long_enough_1($1, $2, $3, $4, $5, $6, $7, $8, $9)
 WHERE key = ANY ($10::text[]);
