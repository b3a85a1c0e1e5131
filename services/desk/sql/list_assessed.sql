-- One row per engagement, from the time it is opened; a request may have several. The program and the
-- provider are those of the engagement: the request may have gone on with others.
WITH assessed AS (
    SELECT DISTINCT request_id, data ->> 'engagement_id' AS engagement_id,
           data ->> 'provider' AS provider
      FROM happenings
     WHERE type = 'engagement_opened'
       AND data ->> 'program' = $2
)
SELECT assessed.engagement_id, file.tracking_number, file.agency, file.state_code, assessed.provider,
       file.status, count(item.item_id) AS waiting
  FROM assessed
  JOIN cases AS file ON file.request_id = assessed.request_id
  LEFT JOIN work_items AS item
    ON item.request_id = file.request_id
   AND item.closed_at IS NULL
   AND item.opened_at <= $1
   AND split_part(item.item_id, ':', 2) = assessed.engagement_id
 GROUP BY assessed.engagement_id, file.tracking_number, file.agency, file.state_code,
          assessed.provider, file.status
 ORDER BY waiting DESC, file.agency, assessed.engagement_id;
