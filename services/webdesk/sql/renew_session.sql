UPDATE sessions
   SET id_hash = $2, seen_at = now()
 WHERE id_hash = $1
   AND started_at > now() - $3::interval
RETURNING draft_id;
