SELECT engagement_id
  FROM sites
 ORDER BY engagement_id;
