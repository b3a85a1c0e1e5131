SELECT issuer, subject, actor, name, disabled_at
  FROM people
 WHERE issuer = $1 AND subject = $2;
