SELECT engagement_id, content
  FROM publications
 WHERE engagement_id = ANY ($1::text[])
 ORDER BY engagement_id
   FOR UPDATE;
