INSERT INTO messages (participant, source, id, content, first_record)
SELECT participant, source, id, content, first_record
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[])
       AS taken (participant, source, id, content, first_record)
 ORDER BY participant, source, id;
