-- Every process asks this each second. EXISTS might be planned as a scan of all orders, which are kept
-- for ever; this form reads the index of open ones. Triggers copy `outcome` from operation_outcomes.
SELECT (SELECT id
          FROM operations
         WHERE outcome IS NULL
         ORDER BY id
         LIMIT 1) IS NOT NULL
    OR EXISTS (SELECT FROM left_over);
