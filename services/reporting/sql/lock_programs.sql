SELECT program
  FROM programs
 WHERE program = ANY ($1::text[])
 ORDER BY program
   FOR UPDATE;
