-- Another build starts with a clean window.
UPDATE checkpoints
   SET stopped_by = NULL, failures = NULL
 WHERE (topic, partition) IN (SELECT * FROM unnest($1::text[], $2::integer[]))
   AND stopped_by <> $3;
