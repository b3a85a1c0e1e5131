INSERT INTO rebuild.gates (topic, partition, subject, last)
SELECT $1, $2, subject, last
  FROM unnest($3::text[], $4::bigint[]) AS taken (subject, last)
    ON CONFLICT (topic, partition, subject) DO UPDATE
   SET last = excluded.last;
