INSERT INTO rebuild.failed (topic, partition, "offset", subject, error)
SELECT $1, $2, "offset", subject, error
  FROM unnest($3::bigint[], $4::text[], $5::text[]) AS record ("offset", subject, error);
