SELECT engagement_id, tracking_number, provider, requester, opened_at, ended_at,
       ARRAY(SELECT (number, goal)
               FROM focus_areas
              WHERE focus_areas.engagement_id = sites.engagement_id) AS focus_areas,
       ARRAY(SELECT (finding, version)
               FROM findings
              WHERE findings.engagement_id = sites.engagement_id) AS findings
  FROM sites
 WHERE engagement_id = ANY ($1::text[]);
