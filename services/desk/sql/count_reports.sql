-- A report that the agency did not check in time has waited since its time ended.
WITH standing AS (
    SELECT CASE WHEN state = 'fact_check' AND due_at <= $1 THEN 'unanswered' ELSE state END AS state,
           CASE WHEN state = 'fact_check' AND due_at <= $1 THEN due_at ELSE since END AS since
      FROM report_states
)
SELECT state,
       CASE WHEN since > $1::timestamptz - interval '1 day' THEN 'day'
            WHEN since > $1::timestamptz - interval '7 days' THEN 'week'
            ELSE 'older' END AS age,
       count(*) AS reports
  FROM standing
 GROUP BY 1, 2
 ORDER BY 1, 2;
