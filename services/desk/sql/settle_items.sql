INSERT INTO work_items AS held (item_id, kind, closed_at, closed_because)
SELECT item_id, kind, at, because
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
       AS settled (item_id, kind, at, because)
 ORDER BY item_id
    ON CONFLICT (item_id) DO UPDATE
   SET closed_at      = COALESCE(held.closed_at, excluded.closed_at),
       closed_because = COALESCE(held.closed_because, excluded.closed_because);
