-- Asked every second by every process: the first one, as EXISTS may be answered by reading the table.
SELECT (SELECT id
          FROM operations
         WHERE NOT EXISTS (SELECT FROM operation_outcomes WHERE operation = operations.id)
         ORDER BY id
         LIMIT 1) IS NOT NULL;
