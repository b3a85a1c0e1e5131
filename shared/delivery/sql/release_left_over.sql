-- The first records behind the noted gates. If there are no more, the notes go, too: those that this
-- statement sees, since the batch of a partition that was opened meanwhile may add another.
WITH passed AS (
    SELECT topic, subject, coalesce(gates.last, 0) AS last
      FROM left_over
      LEFT JOIN gates USING (topic, subject)),
ready AS (
    SELECT found.id
      FROM passed
     CROSS JOIN LATERAL (
               SELECT waiting.id
                 FROM held AS waiting
                WHERE waiting.for_topic = passed.topic
                  AND waiting.for_subject = passed.subject
                  AND waiting.for_number <= passed.last
                ORDER BY waiting.id
                LIMIT $1) AS found
     ORDER BY found.id
     LIMIT $1),
forgotten AS (
    DELETE FROM left_over AS noted
     USING passed
     WHERE noted.topic = passed.topic
       AND noted.subject = passed.subject
       AND (SELECT count(*) FROM ready) < $1),
released AS (
    DELETE FROM held
     USING ready
     WHERE held.id = ready.id
    RETURNING held.*)
SELECT topic, partition, "offset", key, value, headers, at, clock_timestamp() AS now
  FROM released
 ORDER BY id;
