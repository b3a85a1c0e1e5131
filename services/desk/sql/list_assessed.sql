-- One row per engagement, from the time it is opened; a request may have several.
WITH assessed AS (
    SELECT DISTINCT file.request_id, opened.data ->> 'engagement_id' AS engagement_id
      FROM cases AS file
      JOIN happenings AS opened ON opened.request_id = file.request_id
     WHERE opened.type = 'engagement_opened'
       AND opened.data ->> 'program' = $2
       AND file.program = $2
)
SELECT assessed.engagement_id, file.tracking_number, file.agency, file.state_code, file.provider,
       file.status, count(item.item_id) AS waiting
  FROM assessed
  JOIN cases AS file ON file.request_id = assessed.request_id
  LEFT JOIN work_items AS item
    ON item.request_id = file.request_id
   AND item.closed_at IS NULL
   AND item.opened_at <= $1
   AND split_part(item.item_id, ':', 2) = assessed.engagement_id
 GROUP BY assessed.engagement_id, file.tracking_number, file.agency, file.state_code,
          file.provider, file.status
 ORDER BY waiting DESC, file.agency, assessed.engagement_id
 LIMIT $3;
