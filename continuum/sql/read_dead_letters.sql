SELECT letter.topic, letter.partition, letter."offset", letter.size, letter.envelope::text AS envelope,
       letter.at, letter.reason, letter.error, letter.parking_key, letter.failed_at,
       (SELECT count(*) FROM parked WHERE parked.parking_key = letter.parking_key) AS waiting,
       (SELECT count(*) FROM held WHERE held.for_subject = letter.parking_key) AS held,
       (SELECT count(*)
          FROM operations
          JOIN operation_outcomes AS settled ON settled.operation = operations.id
         WHERE operations.topic = letter.topic
           AND operations.partition = letter.partition
           AND operations."offset" = letter."offset"
           AND operations.action = 'replay'
           AND settled.outcome IN ('released', 'failed_again')) AS replays,
       EXISTS (SELECT
                 FROM operations
                WHERE operations.topic = letter.topic
                  AND operations.partition = letter.partition
                  AND operations."offset" = letter."offset"
                  AND NOT EXISTS (SELECT FROM operation_outcomes WHERE operation = operations.id)
              ) AS ordered
  FROM dead_letters_without_contents AS letter
 ORDER BY letter.failed_at, letter.topic, letter.partition, letter."offset";
