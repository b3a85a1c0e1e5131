-- In the order of the names, so that two processes do not wait for each other.
SELECT pg_advisory_xact_lock(hashtextextended(site.engagement_id, 0))
  FROM (SELECT engagement_id FROM unnest($1::text[]) AS given (engagement_id)
         ORDER BY engagement_id OFFSET 0) AS site;
