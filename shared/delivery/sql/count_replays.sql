-- How often each record was replayed, in the order asked for; a replay under way counts.
SELECT count(operations.id) FILTER (WHERE settled.outcome IS DISTINCT FROM 'refused')::integer AS replays
  FROM unnest($1::text[], $2::integer[], $3::bigint[]) WITH ORDINALITY
       AS record (topic, partition, "offset", place)
  LEFT JOIN operations
    ON operations.topic = record.topic
   AND operations.partition = record.partition
   AND operations."offset" = record."offset"
   AND operations.action = 'replay'
  LEFT JOIN operation_outcomes AS settled ON settled.operation = operations.id
 GROUP BY record.place
 ORDER BY record.place;
