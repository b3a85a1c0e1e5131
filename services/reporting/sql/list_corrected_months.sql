SELECT month, count(*) AS figures, max(corrected_at) AS corrected_at
  FROM corrections
 GROUP BY month
 ORDER BY month DESC;
