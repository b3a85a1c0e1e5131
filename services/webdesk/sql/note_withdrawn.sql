-- If two clicks arrive at once, the second waits here for the first, and then finds nothing to withdraw.
UPDATE requests
   SET withdrawn_at = now()
 WHERE reference = $1
   AND withdrawn_at IS NULL
   AND ended_at IS NULL
RETURNING withdrawn_at;
