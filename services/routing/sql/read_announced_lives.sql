SELECT topic, partition, "offset", id, type, subject, number, cause, at, value
  FROM announced
 WHERE topic = 'cri.int.routing.v1'
   AND subject = ANY ($1::text[])
 ORDER BY subject, number;
