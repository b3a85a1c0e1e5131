SELECT about AS clock, count(*) AS items
  FROM work_items
 WHERE closed_at IS NULL AND kind = 'late' AND about IS NOT NULL AND opened_at <= $1
 GROUP BY about
 ORDER BY items DESC, about;
