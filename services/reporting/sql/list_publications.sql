SELECT engagement_id, content
  FROM publications
 ORDER BY slug;
