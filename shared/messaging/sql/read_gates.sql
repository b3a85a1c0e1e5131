-- Parked keys come along under the empty topic, which no gate has.
SELECT gates.topic, gates.subject, gates.last
  FROM unnest($1::text[], $2::text[]) AS wanted (topic, subject)
  JOIN gates USING (topic, subject)
 UNION ALL
SELECT '', key, 0
  FROM parked_keys
 WHERE key = ANY ($3::text[]);
