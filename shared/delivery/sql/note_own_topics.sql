-- Overwrites a note only if it is still the one that this process has read. Any other note is a later
-- one of another replica, or that of a restored database, which must not be hidden.
WITH noted AS (
SELECT topic, partition, held, known_to
  FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[])
       AS noted (topic, partition, held, known_to)
),
locked AS (
SELECT topic, partition, noted.known_to
  FROM own_topics
       JOIN noted USING (topic, partition)
 WHERE own_topics.known_to = noted.held
 ORDER BY topic, partition
   FOR UPDATE OF own_topics
),
moved AS (
UPDATE own_topics
   SET known_to = locked.known_to,
       noted_at = now()
  FROM locked
 WHERE own_topics.topic = locked.topic
   AND own_topics.partition = locked.partition
RETURNING own_topics.topic, own_topics.partition, own_topics.known_to
),
added AS (
INSERT INTO own_topics (topic, partition, known_to)
SELECT topic, partition, known_to
  FROM noted
 WHERE held IS NULL
 ORDER BY topic, partition
    ON CONFLICT (topic, partition) DO NOTHING
RETURNING topic, partition, known_to
)
SELECT topic, partition, known_to
  FROM moved
 UNION ALL
SELECT topic, partition, known_to
  FROM added;
