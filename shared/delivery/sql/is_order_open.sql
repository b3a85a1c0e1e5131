-- Asked every second by every process: the first one, as EXISTS may be answered by reading the table. Triggers
-- keep `outcome` as in operation_outcomes, which has a row for each order there ever was.
SELECT (SELECT id
          FROM operations
         WHERE outcome IS NULL
         ORDER BY id
         LIMIT 1) IS NOT NULL;
