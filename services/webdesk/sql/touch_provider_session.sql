UPDATE provider_sessions
   SET seen_at = now()
 WHERE id_hash = $1
   AND seen_at > now() - $2::interval
   AND started_at > now() - $3::interval
RETURNING provider, contact_id, offer_id, confirmed_at IS NOT NULL AS is_confirmed;
