DELETE FROM parked_keys
 WHERE key = $1;
