-- Recommendations by the goal of their focus area; each counts in the period in which a report with it was
-- published first.
SELECT 'area_goal' AS breakdown, COALESCE(goal, 'not_stated') AS value, count(*) AS count
  FROM (
           SELECT DISTINCT ON (slug, recommendation ->> 'number')
                  area ->> 'goal' AS goal, (value ->> 'time')::timestamptz AS published_at
             FROM site_events
            CROSS JOIN LATERAL jsonb_path_query(value, '$.data.body.focus_areas[*]') AS area
            CROSS JOIN LATERAL jsonb_path_query(area, '$.findings[*].recommendations[*]')
                  AS recommendation
            WHERE value ->> 'type' = 'gov.cri.reporting.report_published.v1'
            ORDER BY slug, recommendation ->> 'number', number
       ) AS published
 WHERE published_at >= COALESCE($1::timestamptz, '-infinity')
   AND published_at < COALESCE($2::timestamptz, 'infinity')
 GROUP BY 1, 2
 ORDER BY 1, 2;
