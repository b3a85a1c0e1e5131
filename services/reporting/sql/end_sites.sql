UPDATE sites
   SET ended_at = coalesce(sites.ended_at, ending.ended_at)
  FROM unnest($1::text[], $2::timestamptz[]) AS ending (engagement_id, ended_at)
 WHERE sites.engagement_id = ending.engagement_id;
