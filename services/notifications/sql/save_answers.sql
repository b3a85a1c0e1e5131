-- A second answer to one record is a bug: the key is not softened.
INSERT INTO answers (inreplyto, message_id, message_type, subject, data)
SELECT *
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bytea[]);
