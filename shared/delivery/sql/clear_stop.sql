-- A build other than the one that was stopped starts with an empty window of failures.
UPDATE checkpoints
   SET stopped_by = NULL, failures = NULL
 WHERE (topic, partition) IN (SELECT * FROM unnest($1::text[], $2::integer[]))
   AND stopped_by <> $3;
