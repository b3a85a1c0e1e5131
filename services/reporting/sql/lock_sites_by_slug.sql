SELECT engagement_id, content
  FROM publications
 WHERE slug = ANY ($1::text[])
 ORDER BY engagement_id
   FOR UPDATE;
