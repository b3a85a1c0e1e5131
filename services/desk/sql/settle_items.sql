-- A row inserted here was closed before it was opened: it stays closed.
WITH settled AS (
    SELECT *
      FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::boolean[])
           AS settled (item_id, kind, at, because, may_come_first)
     ORDER BY item_id
),
closed AS (
    UPDATE work_items AS item
       SET closed_at = settled.at, closed_because = settled.because
      FROM settled
     WHERE item.item_id = settled.item_id
       AND item.closed_at IS NULL
)
INSERT INTO work_items (item_id, kind, closed_at, closed_because)
SELECT item_id, kind, at, because
  FROM settled
 WHERE may_come_first
    ON CONFLICT (item_id) DO NOTHING;
