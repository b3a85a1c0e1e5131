-- Locks in the order of the ids, so that two processes cannot deadlock.
SELECT pg_advisory_xact_lock(hashtextextended(site.engagement_id, 0))
  FROM (SELECT engagement_id FROM unnest($1::text[]) AS given (engagement_id)
         ORDER BY engagement_id OFFSET 0) AS site;
