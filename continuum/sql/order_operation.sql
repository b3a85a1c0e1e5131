-- At most one open order per record: returns the open one if it exists.
WITH open AS (
    SELECT id
      FROM operations
     WHERE topic = $2::text
       AND partition = $3::integer
       AND "offset" = $4::bigint
       AND NOT EXISTS (SELECT FROM operation_outcomes WHERE operation = operations.id)),
ordered AS (
    INSERT INTO operations (action, topic, partition, "offset", by, why, again)
    SELECT $1::text, $2::text, $3::integer, $4::bigint, $5::text, $6::text, $7::boolean
     WHERE NOT EXISTS (SELECT FROM open)
        ON CONFLICT DO NOTHING
    RETURNING id)
SELECT id
  FROM ordered
 UNION ALL
SELECT id
  FROM open;
