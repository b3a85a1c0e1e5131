SELECT item.item_id, item.kind, item.request_id, item.participant, item.about, item.why,
       item.otherwise, item.opened_at, item.due_at,
       CASE WHEN item.taken_until > now() THEN item.taken_by END AS taken_by,
       file.tracking_number, file.agency, file.state_code, file.program, file.lane, file.status,
       count(*) OVER () AS total
  FROM work_items AS item
  LEFT JOIN cases AS file ON file.request_id = item.request_id
 WHERE item.closed_at IS NULL
   AND item.opened_at <= $1
   AND ($2::text IS NULL OR item.kind = $2)
   AND ($3::text IS NULL OR file.program = $3)
   AND ($4::text IS NULL OR file.lane = $4)
   AND ($5::text IS NULL OR item.taken_by = $5 AND item.taken_until > now())
   AND ($6::text IS NULL
        OR strpos(upper(file.tracking_number), upper($6)) > 0
        OR strpos(lower(file.agency), lower($6)) > 0)
 ORDER BY item.due_at NULLS LAST, item.opened_at, item.item_id
 LIMIT $7 OFFSET $8;
