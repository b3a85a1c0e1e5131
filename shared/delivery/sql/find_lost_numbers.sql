-- The last lost number of each subject: the one before its first event that is here, in this batch or
-- held already. Subjects that have skipped numbers since their partition last lost a range are left out.
SELECT gap.topic, gap.partition, gap.subject,
       least(gap.number, (SELECT min(for_number)
                            FROM held
                           WHERE for_topic = gap.topic
                             AND for_subject = gap.subject)) AS last
  FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[])
       AS gap (topic, subject, partition, number)
 WHERE NOT EXISTS (
           SELECT
             FROM lost_numbers
            WHERE lost_numbers.topic = gap.topic
              AND lost_numbers.subject = gap.subject
              AND lost_numbers.noticed_at >= (SELECT max(noticed_at)
                                                FROM lost_ranges
                                               WHERE lost_ranges.topic = gap.topic
                                                 AND lost_ranges.partition = gap.partition));
