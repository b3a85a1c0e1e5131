SELECT fact, audience
  FROM notices
 WHERE subject = ANY ($1::text[]);
