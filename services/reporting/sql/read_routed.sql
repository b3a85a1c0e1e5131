-- The number of the last event of routing about each of these requests that was taken in.
SELECT subject, last
  FROM gates
 WHERE topic = $1
   AND subject = ANY ($2::text[]);
