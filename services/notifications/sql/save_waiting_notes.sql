INSERT INTO waiting_notes (inreplyto, key, event)
SELECT *
  FROM unnest($1::text[], $2::bytea[], $3::bytea[]);
