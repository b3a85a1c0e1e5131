INSERT INTO publications (engagement_id, slug, content)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::text[])
 ORDER BY 1
    ON CONFLICT (engagement_id) DO UPDATE
   SET content = excluded.content;
