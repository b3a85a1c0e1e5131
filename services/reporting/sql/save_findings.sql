INSERT INTO findings (engagement_id, finding, version)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::integer[])
    ON CONFLICT (engagement_id, finding) DO UPDATE
   SET version = excluded.version;
