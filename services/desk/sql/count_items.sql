SELECT kind,
       CASE WHEN opened_at > $1::timestamptz - interval '1 day' THEN 'day'
            WHEN opened_at > $1::timestamptz - interval '7 days' THEN 'week'
            ELSE 'older' END AS age,
       count(*) AS items,
       extract(epoch FROM $1 - min(opened_at))::float8 AS oldest
  FROM work_items
 WHERE closed_at IS NULL AND opened_at <= $1
 GROUP BY 1, 2
 ORDER BY 1, 2;
