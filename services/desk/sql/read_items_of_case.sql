-- OFFSET 0 makes Postgres find the items of the case first, not read all open items in order.
SELECT item.item_id, item.kind, item.request_id, item.participant, item.about, item.why,
       item.otherwise, item.opened_at, item.due_at,
       CASE WHEN item.taken_until > now() THEN item.taken_by END AS taken_by,
       file.tracking_number, file.agency, file.state_code, file.program, file.lane, file.status
  FROM (SELECT *
          FROM work_items
         WHERE request_id = $2
           AND closed_at IS NULL
           AND opened_at <= $1
        OFFSET 0) AS item
  LEFT JOIN cases AS file ON file.request_id = item.request_id
 ORDER BY item.due_at NULLS LAST, item.opened_at, item.item_id;
