DELETE FROM dead_letters
 WHERE topic = $1
   AND partition = $2
   AND "offset" = $3;
