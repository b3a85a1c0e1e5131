-- Runs before the numbers are raised. A gap is a number that no notice names, between the last one on the topic
-- or in `sequences` and the last one that a notice names.
WITH named AS (
    SELECT 'cri.out.' || coalesce(notice ->> 'through', notice ->> 'audience') || '.v1' AS topic,
           coalesce(notice ->> 'through', notice ->> 'audience') AS participant,
           (notice ->> 'participantsequence')::bigint AS number
      FROM announced
     CROSS JOIN json_array_elements(convert_from(value, 'UTF8')::json #> '{data,notices}') AS notice
     WHERE announced.topic = 'cri.int.notifications.v1'
       AND announced.type = 'gov.cri.notifications.notice_decided.v1'
       AND notice ->> 'outcome' = 'sent'
), ends AS (
    SELECT topic, participant, max(number) AS last,
           greatest(
               (SELECT max(announced.number) FROM announced WHERE announced.topic = named.topic),
               (SELECT sequences.last FROM sequences
                 WHERE sequences.topic = named.topic AND sequences.subject = named.participant),
               0
           ) AS published
      FROM named
     GROUP BY topic, participant
), raised AS (
    INSERT INTO sequences (topic, subject, last)
    SELECT topic, participant, greatest(last, published)
      FROM ends
        ON CONFLICT (topic, subject) DO UPDATE
       SET last = excluded.last
)
INSERT INTO gaps (topic, number)
SELECT ends.topic, missing.number
  FROM ends
 CROSS JOIN generate_series(ends.published + 1, ends.last) AS missing (number)
 WHERE NOT EXISTS (SELECT FROM named
                    WHERE named.topic = ends.topic AND named.number = missing.number);
