DELETE FROM gaps
 USING unnest($1::text[], $2::bigint[]) AS filled (topic, number)
 WHERE gaps.topic = filled.topic
   AND gaps.number = filled.number;
