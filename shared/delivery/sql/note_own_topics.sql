-- Two replicas may note at once: the later end counts. A topic that was made anew ends earlier.
INSERT INTO own_topics (topic, partition, known_to)
SELECT topic, partition, known_to
  FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS noted (topic, partition, known_to)
 ORDER BY topic, partition
    ON CONFLICT (topic, partition) DO UPDATE
   SET known_to = excluded.known_to,
       noted_at = excluded.noted_at
 WHERE own_topics.known_to <> excluded.known_to;
