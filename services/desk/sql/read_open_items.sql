SELECT item_id, kind, request_id, participant, about, why, otherwise, number, opened_at, due_at
  FROM work_items
 WHERE request_id = ANY($1::text[])
   AND closed_at IS NULL
   AND number IS NOT NULL;
