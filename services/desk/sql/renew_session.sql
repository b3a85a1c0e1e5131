UPDATE sessions SET id_hash = $2, roles = $3 WHERE id_hash = $1;
