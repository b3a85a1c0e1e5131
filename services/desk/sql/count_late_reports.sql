SELECT split_part(about, ':', 1) AS kind, count(*) AS dates
  FROM work_items
 WHERE closed_at IS NULL AND kind = 'late_publication' AND opened_at <= $1
 GROUP BY 1
 ORDER BY dates DESC, 1;
