SELECT letter.topic, letter.partition, letter."offset", letter.key, letter.value, letter.headers,
       letter.at, letter.reason, letter.error, letter.parking_key, letter.failed_at,
       (SELECT count(*) FROM parked WHERE parked.parking_key = letter.parking_key) AS waiting,
       (SELECT count(*) FROM held WHERE held.for_subject = letter.parking_key) AS held,
       (SELECT count(*)
          FROM operations
         WHERE operations.topic = letter.topic
           AND operations.partition = letter.partition
           AND operations."offset" = letter."offset"
           AND operations.action = 'replay'
           AND operations.outcome IN ('released', 'failed_again')) AS replays,
       EXISTS (SELECT
                 FROM operations
                WHERE operations.topic = letter.topic
                  AND operations.partition = letter.partition
                  AND operations."offset" = letter."offset"
                  AND operations.outcome IS NULL) AS ordered
  FROM dead_letters AS letter
 ORDER BY letter.failed_at, letter.topic, letter.partition, letter."offset";
