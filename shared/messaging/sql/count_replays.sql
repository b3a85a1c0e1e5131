-- How often each record was replayed, in the order asked for; a replay under way counts.
SELECT count(operations.id)::integer AS replays
  FROM unnest($1::text[], $2::integer[], $3::bigint[]) WITH ORDINALITY
       AS record (topic, partition, "offset", place)
  LEFT JOIN operations
    ON operations.topic = record.topic
   AND operations.partition = record.partition
   AND operations."offset" = record."offset"
   AND operations.action = 'replay'
   AND operations.outcome IS DISTINCT FROM 'refused'
 GROUP BY record.place
 ORDER BY record.place;
