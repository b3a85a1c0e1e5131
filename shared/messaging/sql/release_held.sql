DELETE FROM held
 USING unnest($1::text[], $2::text[], $3::bigint[]) AS taken (topic, subject, last)
 WHERE held.for_topic = taken.topic
   AND held.for_subject = taken.subject
   AND held.for_number <= taken.last
RETURNING held.id, held.topic, held.partition, held."offset", held.key, held.value, held.headers,
          held.at;
