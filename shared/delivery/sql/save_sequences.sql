UPDATE sequences
   SET last = taken.last
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS taken (topic, subject, last)
 WHERE sequences.topic = taken.topic
   AND sequences.subject = taken.subject;
