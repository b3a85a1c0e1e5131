-- Why records of a subject were not taken in.
SELECT key AS subject, 'parked: ' || reason AS why
  FROM parked_keys
 WHERE key = ANY ($1::text[])
 UNION
SELECT for_subject, 'held for ' || for_topic || ' ' || for_number
  FROM held
 WHERE for_subject = ANY ($1::text[]);
