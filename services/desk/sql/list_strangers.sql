SELECT session.subject, max(session.signed_in_at) AS signed_in_at
  FROM sessions AS session
 WHERE session.issuer = $1
   AND NOT EXISTS (SELECT FROM people AS person
                    WHERE person.issuer = session.issuer AND person.subject = session.subject)
 GROUP BY session.subject
 ORDER BY signed_in_at DESC
 LIMIT $2;
