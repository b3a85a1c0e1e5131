SELECT topic, partition, "offset", id, type, subject, number, cause, at, value
  FROM announced
 WHERE cause = ANY ($1::text[])
 ORDER BY topic, number;
