-- One order per partition on which the service has stopped, unless one is open already.
INSERT INTO operations (action, topic, partition, "offset", by, why, from_start)
SELECT 'resume', topic, partition, next_offset, $2::text, $3::text, $1::boolean
  FROM checkpoints
 WHERE stopped_by IS NOT NULL
    OR refused_because IS NOT NULL
 ORDER BY topic, partition
    ON CONFLICT DO NOTHING;
