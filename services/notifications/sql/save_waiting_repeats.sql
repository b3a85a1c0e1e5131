INSERT INTO waiting_repeats (inreplyto, first, key, event)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]);
