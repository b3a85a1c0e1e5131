-- Openings by date are known only from the service's announcements on its own topic.
UPDATE rebuild.programs
   SET opening_told = true,
       changed_at   = opening.at
  FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS opening (program, defined_by, at)
 WHERE programs.program = opening.program
   AND programs.defined_by = opening.defined_by;
