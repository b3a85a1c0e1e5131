-- A disabled person has no session, whatever the browser still holds.
  WITH seen AS (
       UPDATE sessions
          SET seen_at = now()
        WHERE id_hash = $1 AND seen_at > now() - $2::interval AND ends_at > now()
    RETURNING issuer, subject, roles
       )
SELECT seen.issuer, seen.subject, seen.roles, person.actor, person.name
  FROM seen
  LEFT JOIN people AS person ON person.issuer = seen.issuer AND person.subject = seen.subject
 WHERE person.disabled_at IS NULL;
