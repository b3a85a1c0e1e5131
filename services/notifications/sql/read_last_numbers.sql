-- The last number that these tables know of each (topic, subject).
SELECT asked.topic, asked.subject,
       greatest(
           counted.last,
           CASE asked.topic WHEN 'cri.int.notifications.v1' THEN request.published END,
           0
       ) AS last
  FROM unnest($1::text[], $2::text[]) AS asked (topic, subject)
  LEFT JOIN sequences AS counted
    ON counted.topic = asked.topic
   AND counted.subject = asked.subject
  LEFT JOIN requests AS request
    ON request.tracking_number = asked.subject;
