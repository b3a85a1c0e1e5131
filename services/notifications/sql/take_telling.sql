SELECT fact, kind, about, number, due_at, told_to, released, reported
  FROM tellings
 WHERE NOT ended
 ORDER BY due_at, fact
 LIMIT 1
   FOR UPDATE SKIP LOCKED;
