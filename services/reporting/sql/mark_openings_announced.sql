UPDATE programs
   SET opening_told = true,
       changed_at   = now()
 WHERE program = ANY ($1::text[]);
