-- The published events of the types $1 that are not folded into their request yet.
SELECT topic, partition, "offset", id, type, subject, number, cause, at, value
  FROM announced
  LEFT JOIN requests ON requests.tracking_number = announced.subject
 WHERE topic = 'cri.int.routing.v1'
   AND type = ANY ($1::text[])
   AND number > coalesce(requests.published, 0)
 ORDER BY subject, number;
