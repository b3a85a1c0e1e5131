SELECT audience
  FROM subscribers
 WHERE audience = ANY ($1::text[])
 ORDER BY audience
   FOR UPDATE;
