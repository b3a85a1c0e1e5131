INSERT INTO outbox (event_id, topic, key, value, headers)
SELECT event_id, topic, key, value, headers
  FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[])
       WITH ORDINALITY AS message (event_id, topic, key, value, headers, place)
 ORDER BY place;
