SELECT gates.topic, gates.subject, gates.last
  FROM gates
 WHERE (gates.topic, gates.subject) IN (SELECT * FROM unnest($1::text[], $2::text[]))
 ORDER BY gates.topic, gates.subject
   FOR UPDATE;
