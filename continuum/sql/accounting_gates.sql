SELECT topic, subject, last
  FROM gates
 WHERE topic = ANY ($1::text[])
   AND subject = ANY ($2::text[]);
