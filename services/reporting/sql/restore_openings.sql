-- Marks openings that were announced after the dump was made.
UPDATE programs
   SET opening_told = true
  FROM unnest($1::text[], $2::text[]) AS opening (program, id)
  JOIN announced
 USING (id)
 WHERE programs.program = opening.program;
