-- Tries at the same time wait here for each other, so that all are counted.
UPDATE codes
   SET tries = tries + 1
 WHERE contact = $1
   AND about = $2
   AND tries < $3
   AND expires_at > now()
RETURNING counter, address_hash;
