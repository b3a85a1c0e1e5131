SELECT subject, last
  FROM rebuild.gates
 WHERE topic = $1
   AND partition = $2;
