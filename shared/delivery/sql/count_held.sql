SELECT count(*)
  FROM held
 WHERE topic = $1
   AND for_topic = $2;
