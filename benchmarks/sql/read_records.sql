SELECT subject, inreplyto
  FROM answers
 WHERE subject = ANY ($1::text[])
 ORDER BY inreplyto;
