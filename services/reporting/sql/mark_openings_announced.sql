UPDATE programs
   SET opening_told = true,
       changed_at   = $2::timestamptz
 WHERE program = ANY ($1::text[]);
